import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastUseFile } from './background';
import { Program } from './program';
import { workerVersion } from './worker-version';

/** Everything that outlives a terminal. Not in git. */
const DATA_FOLDER = process.env.SUPPORT_CHAT_DATA || path.join(__dirname, '.data');

/** Where the server is; what is not given is found as ever. */
export interface ServerPlace {
  readonly address?: string;
  readonly uiUrl?: string;
}

/** The server and the worker behind the terminals: one of each, shared by all. */
export class Backend {
  /** For files that belong to this server: conversations of the same name on another one are others. */
  readonly folder: string;
  readonly #server: Program | undefined;
  readonly #worker: Program;
  #place: ServerPlace = {};

  /** @param given The address of a server that is not ours to start. */
  constructor(given = process.env.TEMPORAL_ADDRESS) {
    this.folder = path.join(DATA_FOLDER, given ? given.replaceAll(/[^\w.]+/g, '-') : 'local');
    this.#server = given ? undefined : new Program('server', this.folder);
    this.#worker = new Program('worker', this.folder);
  }

  /** The processes, as somebody says it who may want to kill one. */
  describe(): string {
    const { address = process.env.TEMPORAL_ADDRESS ?? '' } = this.#place;
    const server = this.#server === undefined ? 'is not ours' : describe(this.#server);
    return `worker ${describe(this.#worker)}; server at ${address} ${server}`;
  }

  /** Gets what is missing. */
  async start(tell: (line: string) => void): Promise<ServerPlace> {
    this.#touch();
    const server = await this.#server?.start(process.env, tell);
    if (server?.address !== undefined) {
      const { address, uiUrl } = server;
      this.#place = { address, ...(uiUrl === undefined ? {} : { uiUrl }) };
    }
    const worker = this.#worker.find();
    if (worker?.isReady === true && worker.version !== workerVersion()) await this.#worker.stop();
    await this.#worker.start(this.#environment());
    return this.#place;
  }

  /**
   * Says that a terminal is there, and starts again what has died.
   * @throws {Error} when the server is somewhere else than it was.
   */
  keepUp(): void {
    this.#touch();
    this.#server?.keepUp(process.env);
    this.#worker.keepUp(this.#environment());
    const { address } = this.#server?.find() ?? {};
    if (address === undefined || address === this.#place.address) return;
    throw new Error(`The server had to move to ${address}: start this terminal again.`);
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
    await this.#server?.stop();
  }

  #environment(): NodeJS.ProcessEnv {
    const { address } = this.#place;
    return address === undefined ? process.env : { ...process.env, TEMPORAL_ADDRESS: address };
  }

  #touch(): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(lastUseFile(this.folder), '');
  }
}

function describe(program: Program): string {
  const present = program.find();
  return present === undefined ? 'is started again' : `is process ${present.pid}`;
}
