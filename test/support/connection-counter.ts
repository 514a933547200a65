// A way to the Temporal server that counts who comes along.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface ConnectionCounter {
  readonly address: string;
  readonly connections: number;
  close(): Promise<void>;
}

export async function countConnections(
  to = process.env['TEMPORAL_ADDRESS'] ?? '',
): Promise<ConnectionCounter> {
  const [host, port] = to.split(':');
  const sockets: Socket[] = [];
  let connections = 0;
  const server = createServer((incoming) => {
    connections++;
    const outgoing = connect(Number(port), host);
    sockets.push(incoming, outgoing);
    for (const socket of [incoming, outgoing]) socket.on('error', () => socket.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo; // listens on a port, not on a pipe
  return {
    address: `127.0.0.1:${own}`,
    get connections() {
      return connections;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
