import { AGENT_SEARCH_ATTRIBUTES } from '../common/search-attributes';
import { addSearchAttributes } from './add-search-attributes';
import type { Binary } from './binary';
import { closeDatabase, type Database } from './database';
import { NAMESPACE, type DevServer, type DevServerOptions } from './dev-server';
import { DevServerError } from './dev-server-error';
import { freePort, LOCAL_HOST } from './free-port';
import { toServerArguments } from './server-arguments';
import { ServerProcess } from './server-process';
import { waitUntilReady } from './wait-until-ready';

const START_ATTEMPTS = 3;
const PORT_TAKEN = /address already in use|only one usage of each socket address/i;

/** Between the choice of a free port and its use another process may take it. */
export async function launchServer(
  binary: Binary,
  database: Database,
  options: DevServerOptions,
): Promise<DevServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launchOnce(binary, database, options);
    } catch (error) {
      const isPortTaken = error instanceof Error && PORT_TAKEN.test(error.message);
      if (!isPortTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function launchOnce(binary: Binary, database: Database, options: DevServerOptions): Promise<DevServer> {
  const { searchAttributes = AGENT_SEARCH_ATTRIBUTES, dynamicConfig, environment = process.env } = options;
  const port = await freePort(options.port);
  const uiPort = options.ui === false ? undefined : await freePort(options.uiPort);
  const address = `${LOCAL_HOST}:${port}`;
  const server = new ServerProcess(binary.path, {
    arguments: toServerArguments({ port, uiPort, database, searchAttributes, dynamicConfig }),
    environment,
    temporaryFolder: database.temporaryFolder,
  });
  try {
    await untilServing(server, address, options.startTimeout);
    // The flags register them when the database is made, not in one that is there already.
    if (options.databaseFile !== undefined) {
      await addSearchAttributes(binary.path, { address, searchAttributes, environment });
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    address,
    ...(uiPort === undefined ? {} : { uiUrl: `http://${LOCAL_HOST}:${uiPort}` }),
    namespace: NAMESPACE,
    binary,
    stop: async () => {
      await server.stop();
      await closeDatabase(database);
    },
  };
}

async function untilServing(server: ServerProcess, address: string, startTimeout = 60_000): Promise<void> {
  const tooLate = AbortSignal.timeout(startTimeout);
  try {
    await waitUntilReady(address, NAMESPACE, AbortSignal.any([server.ended, tooLate]));
  } catch (error) {
    if (error !== tooLate.reason) throw error;
    const told = `The Temporal dev server at "${address}" was not ready within ${startTimeout} ms.`;
    throw new DevServerError(`${told} Give it more with "startTimeout". ${server.errorOutput()}`);
  }
}
