// Needs a real Temporal server, which it ends.
import { randomUUID } from 'node:crypto';
import { ServerUnreachableError, UserError } from 'perdure';
import { AgentClient } from 'perdure/client';
import { startDevServer } from 'perdure/dev-server';

describe('a server that goes away while a caller waits', () => {
  it('is named, with the run that goes on when it is back, and the client can be closed', async () => {
    const server = await startDevServer({ ui: false, environment: withoutAddress() });
    const client = await AgentClient.connect({ address: server.address, taskQueue: `gone-${randomUUID()}` });
    const handle = await client.start('nobody', 'Hello?', { runId: 'run-of-a-lost-server' });
    const waiting = handle.result();
    await server.stop();
    await expect(waiting).rejects.toThrow(ServerUnreachableError);
    await expect(waiting).rejects.toThrow(
      `The Temporal server at '${server.address}' does not answer any more. Run 'run-of-a-lost-server' goes on`,
    );
    await client.close();
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // a timer left behind would throw here, uncaught
  });

  it('is a mistake in the settings when its address is a URL', async () => {
    await expect(AgentClient.connect({ address: 'http://localhost:7233' })).rejects.toThrow(UserError);
  });
});

function withoutAddress(): NodeJS.ProcessEnv {
  const { TEMPORAL_ADDRESS: _address, TEMPORAL_UI_URL: _uiUrl, ...environment } = process.env;
  return environment;
}
