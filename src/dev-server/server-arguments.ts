import type { JsonValue } from '../common/json';
import type { Database } from './database';
import { LOCAL_HOST } from './free-port';

export interface ServerSettings {
  readonly port: number;
  /** None: the server has no UI. */
  readonly uiPort: number | undefined;
  readonly database: Database;
  readonly searchAttributes: Readonly<Record<string, string>>;
  readonly dynamicConfig?: Readonly<Record<string, JsonValue>> | undefined;
}

/** By default each queue is polled at most 20 times a second, which throttles a single run to about 30 ms a step. */
const POLL_LIMITS = {
  'history.transferProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxPollRPS': 2_000,
  'history.visibilityProcessorMaxPollRPS': 2_000,
};

/** Not safe against power loss, which a database that dies with its server need not be. */
const TEMPORARY_DATABASE_PRAGMAS = { journal_mode: 'WAL', synchronous: 'OFF' };

/** The command line of `temporal` that starts the dev server. */
export function toServerArguments(settings: ServerSettings): string[] {
  const { port, uiPort, database, searchAttributes, dynamicConfig } = settings;
  return [
    ...['server', 'start-dev', '--ip', LOCAL_HOST, '--port', String(port), '--log-level', 'error'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--db-filename', database.file],
    ...repeated('--sqlite-pragma', database.temporaryFolder === undefined ? {} : TEMPORARY_DATABASE_PRAGMAS),
    ...repeated('--dynamic-config-value', asJson({ ...POLL_LIMITS, ...dynamicConfig })),
    ...repeated('--search-attribute', searchAttributes),
  ];
}

function asJson(values: Readonly<Record<string, JsonValue>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
}

function repeated(flag: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}
