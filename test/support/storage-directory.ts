// A directory for stored values, and what lies in it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface StorageDirectory {
  readonly path: string;
  /** What the option `storage` is given. */
  readonly url: string;
  /** The stored values, by the paths of their files. */
  files(): string[];
  remove(): void;
}

export function createStorageDirectory(): StorageDirectory {
  const root = mkdtempSync(path.join(tmpdir(), 'perdure-storage-'));
  return {
    path: root,
    url: pathToFileURL(root).href,
    files: () =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
