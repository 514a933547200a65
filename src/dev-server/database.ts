import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Database {
  readonly file: string;
  /** The folder to be removed with the server; none when the user keeps the file. */
  readonly temporaryFolder?: string;
}

export async function openDatabase(file: string | undefined): Promise<Database> {
  if (file !== undefined) return { file };
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'perdure-dev-server-'));
  return { file: join(temporaryFolder, 'temporal.db'), temporaryFolder };
}

export async function closeDatabase({ temporaryFolder }: Database): Promise<void> {
  if (temporaryFolder !== undefined) await rm(temporaryFolder, { recursive: true, force: true });
}
