import { createServer } from 'node:net';
import { DevServerError, reasonOf } from './dev-server-error';

export const LOCAL_HOST = '127.0.0.1';

/** Resolves to the wanted port if nobody listens there, without one to a free port of the system's choice. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      const advice = 'Choose another one, or leave it out to have a free one found.';
      reject(new DevServerError(`Port ${wanted} cannot be used: ${reasonOf(error)}. ${advice}`));
    });
    probe.listen(wanted, LOCAL_HOST, () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : wanted;
      probe.close(() => resolve(port));
    });
  });
}
