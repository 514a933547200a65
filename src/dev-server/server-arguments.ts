import type { Database } from './database';
import { LOCAL_HOST } from './free-port';

export interface ServerSettings {
  readonly port: number;
  /** None: the server has no UI. */
  readonly uiPort: number | undefined;
  readonly database: Database;
  readonly searchAttributes: Readonly<Record<string, string>>;
}

/** By default each queue is polled at most 20 times a second, which throttles a single run to about 30 ms a step. */
const POLL_LIMITS = {
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  'history.visibilityProcessorMaxPollRPS': '2000',
};

/** Not safe against power loss, which a database that dies with its server need not be. */
const TEMPORARY_DATABASE_PRAGMAS = { journal_mode: 'WAL', synchronous: 'OFF' };

/** The command line of `temporal` that starts the dev server. */
export function toServerArguments({ port, uiPort, database, searchAttributes }: ServerSettings): string[] {
  return [
    ...['server', 'start-dev', '--ip', LOCAL_HOST, '--port', String(port), '--log-level', 'error'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--db-filename', database.file],
    ...repeated('--sqlite-pragma', database.temporaryFolder === undefined ? {} : TEMPORARY_DATABASE_PRAGMAS),
    ...repeated('--dynamic-config-value', POLL_LIMITS),
    ...repeated('--search-attribute', searchAttributes),
  ];
}

function repeated(flag: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}
