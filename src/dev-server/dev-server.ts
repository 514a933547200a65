import type { JsonValue } from '../common/json';
import type { Binary } from './binary';

export const NAMESPACE = 'default';

export interface DevServerOptions {
  /** Whether the Temporal UI is served too. @default true */
  readonly ui?: boolean;
  /** A file to keep the server's state in across restarts. @default a temporary file, removed with the server */
  readonly databaseFile?: string;
  /** The server's port on 127.0.0.1. @default a free one */
  readonly port?: number;
  /** The UI's port on 127.0.0.1. @default a free one */
  readonly uiPort?: number;
  /** Search attributes to register, name to type. @default AGENT_SEARCH_ATTRIBUTES */
  readonly searchAttributes?: Readonly<Record<string, string>>;
  /** Limits and other settings of the server, by their key in its dynamic configuration. @default none but ours */
  readonly dynamicConfig?: Readonly<Record<string, JsonValue>>;
  /** Told, in a line each, what is downloaded and why. @default silent */
  readonly onProgress?: (message: string) => void;
  /** Milliseconds for the server to come up; a download is not counted. @default 60000 */
  readonly startTimeout?: number;
  /** Where PATH, TEMPORAL_ADDRESS, TEMPORAL_UI_URL, TEMPORAL_CLI and XDG_CACHE_HOME are read. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}

/** A Temporal server to develop and test against. */
export interface DevServer {
  /** Host and port of its gRPC service. */
  readonly address: string;
  /** Where its UI is, if it has one. */
  readonly uiUrl?: string;
  readonly namespace: 'default';
  /** What runs it; none when TEMPORAL_ADDRESS named a server that was already there. */
  readonly binary?: Binary;
  /** Ends the server and removes its temporary files. Does nothing to a server that was already there. */
  stop(): Promise<void>;
}
