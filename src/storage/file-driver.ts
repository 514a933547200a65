import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Payload, type StorageDriver, StorageDriverClaim } from '@temporalio/common';
import { isOneOf, reasonOf, StorageError } from './storage-error';
import { fromStoredPayload, toStoredPayload } from './stored-payload';

/** Stands in histories: what was stored under another name cannot be found again. */
export const FILE_DRIVER = 'perdure.file';

const SHA_256 = /^[0-9a-f]{64}$/;

/**
 * Keeps payloads as files of a directory that all workers and clients see, each named by the digest of its content. The
 * history does not say where the directory is, so it may be mounted elsewhere or move.
 */
export class FileDriver implements StorageDriver {
  readonly name = FILE_DRIVER;
  readonly type = FILE_DRIVER;

  constructor(private readonly directory: string) {}

  store(_context: unknown, payloads: Payload[]): Promise<StorageDriverClaim[]> {
    return Promise.all(payloads.map((payload) => this.#store(payload)));
  }

  retrieve(_context: unknown, claims: StorageDriverClaim[]): Promise<Payload[]> {
    return Promise.all(claims.map((claim) => this.#retrieve(claim)));
  }

  /** Also what is there already is written again: it is as young as its last use then, and whole. */
  async #store(payload: Payload): Promise<StorageDriverClaim> {
    const { bytes, digest } = toStoredPayload(payload);
    const file = this.#fileOf(digest);
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeAtOnce(file, bytes);
    } catch (cause) {
      throw new StorageError(`storage: cannot write ${bytes.length} bytes to '${file}': ${reasonOf(cause)}`, {
        cause,
      });
    }
    return new StorageDriverClaim({ sha256: digest });
  }

  async #retrieve({ claimData }: StorageDriverClaim): Promise<Payload> {
    const digest = claimData['sha256'] ?? '';
    if (!SHA_256.test(digest)) throw new StorageError(`storage: '${digest}' is no digest of a stored value`);
    const file = this.#fileOf(digest);
    return fromStoredPayload({ bytes: await read(file), digest }, `'${file}'`);
  }

  /** Spread over 256 folders: some file systems are slow with very many files in one. */
  #fileOf(digest: string): string {
    return path.join(this.directory, digest.slice(0, 2), digest);
  }
}

/** Whoever reads finds all of it or nothing, also when the writer dies half-way or two write the same. */
async function writeAtOnce(file: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeFile(unfinished, bytes, { flag: 'wx' });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const gone = isOneOf(cause, ['ENOENT']);
    throw new StorageError(
      gone
        ? `storage: '${file}' does not exist. It was deleted, or this is not the directory that its writer used: all workers and clients need the same one`
        : `storage: cannot read '${file}': ${reasonOf(cause)}`,
      { cause },
    );
  }
}
