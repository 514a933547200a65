// Needs a real Temporal server, for the namespace that it does not have.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { ServerUnreachableError, UserError } from 'perdure';
import { AgentClient, type ConnectionSettings, runSync } from 'perdure/client';
import { createWorker } from 'perdure/worker';
import { parrot } from '../support/agents';

/** Every way to a server. */
const WAYS: readonly [string, (connection: ConnectionSettings) => Promise<unknown>][] = [
  ['a client', (connection) => AgentClient.connect(connection)],
  ['a worker', (connection) => createWorker({ agents: [parrot], connection })],
  ['runSync', async (connection) => runSync(parrot, 'hi', { connection })],
];

describe.each(WAYS)('%s', (_way, connect) => {
  let silent: Server;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    silent = createServer((socket) => sockets.push(socket)); // takes connections, and never says a word
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, 'close');
  });

  it('says that nobody listens at the address, and how to start a server', async () => {
    const connecting = connect({ address: '127.0.0.1:1', connectTimeout: '1s' });
    await expect(connecting).rejects.toThrow(ServerUnreachableError);
    await expect(connecting).rejects.toMatchObject({
      address: '127.0.0.1:1',
      message: expect.stringMatching(/'127\.0\.0\.1:1'.*`temporal server start-dev`.*TEMPORAL_ADDRESS/),
    });
  });

  it('gives up on a server that never answers when the connect time-out is up', async () => {
    const { port } = silent.address() as AddressInfo; // listens on a port, not on a pipe
    const startedAt = Date.now();
    const connecting = connect({ address: `127.0.0.1:${port}`, connectTimeout: '1s' });
    await expect(connecting).rejects.toThrow(ServerUnreachableError);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it('names a namespace that the server does not have, and how to make one', async () => {
    const connecting = connect({ namespace: 'elsewhere' });
    await expect(connecting).rejects.toThrow(UserError);
    await expect(connecting).rejects.toThrow(/no namespace 'elsewhere'.*temporal operator namespace create/);
  });
});
