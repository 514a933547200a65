// Starts one real Temporal server for all server suites; they find it in the environment.
import { type DevServer, startDevServer } from '../../src/dev-server';

declare global {
  var temporalServer: DevServer | undefined;
}

/** Otherwise a workflow run that another one goes on with within a second holds that one up. */
const AT_ONCE = { 'history.workflowIdReuseMinimalInterval': '0s' };

export default async function startServer(): Promise<void> {
  const server = await startDevServer({
    onProgress: (message) => process.stderr.write(`${message}\n`),
    dynamicConfig: AT_ONCE,
  });
  globalThis.temporalServer = server;
  process.env['TEMPORAL_ADDRESS'] = server.address;
  if (server.uiUrl !== undefined) process.env['TEMPORAL_UI_URL'] = server.uiUrl;
}
