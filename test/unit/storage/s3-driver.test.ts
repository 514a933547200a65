import { defaultPayloadConverter, type Payload, StorageDriverClaim } from '@temporalio/common';
import { S3Driver } from '../../../src/storage/s3-driver';
import { StorageError } from '../../../src/storage/storage-error';
import { type S3Server, startS3Server } from '../../support/s3-server';

const ACCESS_KEY = 'TESTKEY';

const toPayload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const fromPayload = (payload: Payload | undefined): unknown =>
  payload && defaultPayloadConverter.fromPayload(payload);

const RUN = { kind: 'workflow', namespace: 'default', type: 'support', id: 'ticket 7', runId: 'r' } as const;

let server: S3Server;
let driver: S3Driver;

beforeEach(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = ACCESS_KEY;
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  server = await startS3Server('values', ACCESS_KEY);
  driver = new S3Driver({ bucket: 'values', prefix: 'agents', endpoint: server.endpoint });
});

afterEach(async () => {
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  await server.stop();
});

async function store(value: unknown): Promise<StorageDriverClaim> {
  const [claim] = await driver.store({ target: RUN }, [toPayload(value)]);
  if (claim === undefined) throw new Error('stored nothing');
  return claim;
}

describe('a payload in S3', () => {
  it('comes back as it was, each to its claim', async () => {
    const large = { text: 'é😀'.repeat(500_000) };
    const claims = await driver.store({ target: RUN }, [toPayload(large), toPayload(['another'])]);
    const [first, second] = await driver.retrieve({}, claims);
    expect(fromPayload(first)).toEqual(large);
    expect(fromPayload(second)).toEqual(['another']);
  });

  it('lies below the prefix, under its run, by the digest of its content', async () => {
    const { claimData } = await store('hello');
    expect([...server.objects.keys()]).toEqual([
      `values/agents/v0/ns/default/wt/support/wi/ticket%207/ri/r/d/sha256/${claimData['hashValue']}`,
    ]);
  });

  // Claims and objects are what the drivers of Temporal's other SDKs write and read.
  it('is described by where it is and what it is', async () => {
    expect((await store('hello')).claimData).toEqual({
      bucket: 'values',
      key: expect.stringMatching(/^agents\/v0\//),
      hashAlgorithm: 'sha256',
      hashValue: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is found by a client of another prefix, for its claim says where it is', async () => {
    const claim = await store('hello');
    const other = new S3Driver({ bucket: 'others', prefix: '', endpoint: server.endpoint });
    const [read] = await other.retrieve({}, [claim]);
    expect(fromPayload(read)).toBe('hello');
  });

  it('survives a server that is busy for a moment', async () => {
    server.failures.push({ status: 503, code: 'SlowDown' });
    const claim = await store('hello');
    server.failures.push({ status: 500, code: 'InternalError' });
    const [read] = await driver.retrieve({}, [claim]);
    expect(fromPayload(read)).toBe('hello');
    expect(server.requests).toHaveLength(4);
  });
});

describe('an error of S3', () => {
  it('names the object that is gone', async () => {
    const claim = await store('hello');
    server.objects.clear();
    await expect(driver.retrieve({}, [claim])).rejects.toThrow(StorageError);
    await expect(driver.retrieve({}, [claim])).rejects.toThrow(
      `storage: 's3://values/${claim.claimData['key']}' does not exist at '${server.endpoint}'. It was deleted: ` +
        'what expires objects must leave them for as long as histories are kept',
    );
  });

  it('names the object whose content is not what was written', async () => {
    const claim = await store('hello');
    for (const path of server.objects.keys()) server.objects.set(path, Buffer.from('other'));
    await expect(driver.retrieve({}, [claim])).rejects.toThrow(
      /^storage: 's3:.+' holds 5 bytes that are not the ones that were written there/,
    );
  });

  it('says what the server said: of the access key, the bucket, leave to write', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'ANOTHER';
    const stranger = new S3Driver({ bucket: 'values', prefix: '', endpoint: server.endpoint });
    await expect(stranger.store({}, [toPayload('hello')])).rejects.toThrow(
      /^storage: cannot write \d+ bytes to 's3:\/\/values\/v0\/d\/sha256\/[0-9a-f]+' at 'http:.+': InvalidAccessKeyId it is$/,
    );
    process.env['AWS_ACCESS_KEY_ID'] = ACCESS_KEY;
    const lost = new S3Driver({ bucket: 'nowhere', prefix: '', endpoint: server.endpoint });
    await expect(lost.store({}, [toPayload('hello')])).rejects.toThrow(/: NoSuchBucket it is$/);
    server.failures.push({ status: 403, code: 'AccessDenied' });
    await expect(store('hello')).rejects.toThrow(/: AccessDenied it is$/);
  });

  it('says that nobody answers', async () => {
    const nobody = new S3Driver({ bucket: 'values', prefix: '', endpoint: 'http://127.0.0.1:1' });
    await expect(nobody.store({}, [toPayload('hello')])).rejects.toThrow(
      /^storage: cannot write .+ at 'http:\/\/127\.0\.0\.1:1': .*ECONNREFUSED/,
    );
  });

  it.each([{}, { bucket: 'values' }, { bucket: 'values', key: 'a', hashAlgorithm: 'md5', hashValue: 'b' }])(
    'names a claim that leads nowhere: %j',
    async (claimData) => {
      await expect(driver.retrieve({}, [new StorageDriverClaim(claimData)])).rejects.toThrow(
        `storage: ${JSON.stringify(claimData)} does not say where a stored value lies in S3`,
      );
    },
  );

  it('ends a request that nobody waits for any more', async () => {
    const stop = new AbortController();
    stop.abort();
    const storing = driver.store({ abortSignal: stop.signal }, [toPayload('hello')]);
    await expect(storing).rejects.toThrow(/aborted/i);
    expect(server.objects.size).toBe(0);
  });
});
