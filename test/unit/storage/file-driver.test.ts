import { mkdtemp, readdir, readFile, rm, utimes, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultPayloadConverter, type Payload, StorageDriverClaim } from '@temporalio/common';
import { FileDriver } from '../../../src/storage/file-driver';
import { StorageError } from '../../../src/storage/storage-error';

const toPayload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const fromPayload = (payload: Payload | undefined): unknown =>
  payload && defaultPayloadConverter.fromPayload(payload);

let directory: string;
let driver: FileDriver;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'storage-'));
  driver = new FileDriver(directory);
});

afterEach(() => rm(directory, { recursive: true }));

async function store(value: unknown): Promise<StorageDriverClaim> {
  const [claim] = await driver.store({}, [toPayload(value)]);
  if (claim === undefined) throw new Error('stored nothing');
  return claim;
}

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
}

async function onlyFile(): Promise<string> {
  const [file, ...others] = await filesIn(directory);
  if (file === undefined || others.length > 0) throw new Error('expected one file');
  return file;
}

describe('a payload in a file', () => {
  it.each([['text'], [{ list: [1, null], text: 'é😀' }], [new Uint8Array([0, 255, 10])], [undefined]])(
    'comes back as it was: %j',
    async (value) => {
      const claims = await driver.store({}, [toPayload(value), toPayload('another')]);
      const [first, second] = await driver.retrieve({}, claims);
      expect(fromPayload(first)).toEqual(value);
      expect(fromPayload(second)).toBe('another');
    },
  );

  it('keeps its metadata, such as that it is encrypted', async () => {
    const payload = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('secret') };
    const [read] = await driver.retrieve({}, await driver.store({}, [payload]));
    expect(Buffer.from(read?.metadata?.['encoding'] ?? []).toString()).toBe('binary/encrypted');
  });

  it('is found by another process that has the directory under another name', async () => {
    const claim = await store('hello');
    expect(JSON.stringify(claim)).not.toContain(directory);
    const [read] = await new FileDriver(path.join(directory, '.')).retrieve({}, [claim]);
    expect(fromPayload(read)).toBe('hello');
  });

  it('is named by the digest of its content, so that the same content is one file', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => store('same')));
    expect(new Set(claims.map(({ claimData }) => claimData['sha256'])).size).toBe(1);
    expect(path.basename(await onlyFile())).toBe(claims[0]?.claimData['sha256']);
  });

  it('is as young as its last use: what deletes old files leaves what a new run refers to', async () => {
    await store('same');
    const file = await onlyFile();
    await utimes(file, 0, 0);
    await store('same');
    expect((await stat(file)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  });

  it('is written again when it is stored again, which mends a damaged one', async () => {
    const claim = await store('same');
    await writeFile(await onlyFile(), 'damaged');
    await store('same');
    const [read] = await driver.retrieve({}, [claim]);
    expect(fromPayload(read)).toBe('same');
  });
});

describe('an error of the file storage', () => {
  const retrieve = (claimData: Record<string, string>): Promise<unknown> =>
    driver.retrieve({}, [new StorageDriverClaim(claimData)]);

  it('names the file that is gone, and says what may be the reason', async () => {
    const { claimData } = await store('hello');
    const file = await onlyFile();
    await rm(file);
    await expect(retrieve(claimData)).rejects.toThrow(StorageError);
    await expect(retrieve(claimData)).rejects.toThrow(
      `storage: '${file}' does not exist. It was deleted, or this is not the directory that its writer used: all workers and clients need the same one`,
    );
  });

  it('names the file whose content is not what was written', async () => {
    const { claimData } = await store('hello');
    const file = await onlyFile();
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = 0;
    await writeFile(file, bytes);
    await expect(retrieve(claimData)).rejects.toThrow(
      `storage: '${file}' holds ${bytes.length} bytes that are not the ones that were written there: it was damaged or changed`,
    );
  });

  it('names the file that cannot be read', async () => {
    const { claimData } = await store('hello');
    const file = await onlyFile();
    await rm(file);
    await mkdir(file);
    await expect(retrieve(claimData)).rejects.toThrow(/^storage: cannot read '.+': EISDIR/);
  });

  it('names the file that cannot be written, and leaves nothing half-written behind', async () => {
    const { claimData } = await store('hello');
    const file = await onlyFile();
    await rm(file);
    await mkdir(path.join(file, 'in the way'), { recursive: true });
    await expect(store('hello')).rejects.toThrow(
      new RegExp(`^storage: cannot write \\d+ bytes to '${file}': E`),
    );
    expect(await filesIn(directory)).toEqual([]);
    expect(claimData['sha256']).toHaveLength(64);
  });

  it.each(['../../../etc/passwd', '', 'A'.repeat(64), `${'a'.repeat(63)}/`])(
    'is what a claim of %j leads to: it is no way out of the directory',
    async (sha256) => {
      await expect(retrieve({ sha256 })).rejects.toThrow(
        `storage: '${sha256}' is no digest of a stored value`,
      );
    },
  );
});
