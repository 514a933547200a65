import path from 'node:path';
import { ExternalStorage, type Payload, type PayloadCodec } from '@temporalio/common';
import { UserError } from '../../../src/common/errors';
import { IN_HISTORY, IN_STORAGE } from '../../../src/common/payload-size';
import { FileDriver } from '../../../src/storage/file-driver';
import { type LargePayloadSettings, roomOf, withLargePayloads } from '../../../src/storage';
import { createStorageDirectory } from '../../support/storage-directory';

const directory = createStorageDirectory();

afterAll(() => directory.remove());

function storedIn(source: 'option' | 'environment'): LargePayloadSettings {
  return { storage: { location: { kind: 'file', directory: directory.path, above: 1000 }, source } };
}

const mine = new ExternalStorage({ drivers: [new FileDriver('/mine')] });

const page = {
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from('{"text":"a","total":1}'),
};

/** Writes its name in front of the data. */
const encryption: PayloadCodec = {
  encode: (payloads: Payload[]) =>
    Promise.resolve(
      payloads.map(({ data }) => ({
        data: Buffer.concat([Buffer.from('secret:'), data ?? Buffer.alloc(0)]),
      })),
    ),
  decode: (payloads: Payload[]) => Promise.resolve(payloads),
};

describe('a data converter', () => {
  it('reads compressed payloads in any case, and stores nothing unless it is told to', () => {
    const { payloadCodecs, externalStorage } = withLargePayloads({}, {});
    expect(payloadCodecs).toHaveLength(1);
    expect(externalStorage).toBeUndefined();
  });

  it('compresses before what its owner encodes, and keeps what else its owner set', async () => {
    const theirs = { payloadConverterPath: '/converter.js', payloadCodecs: [encryption] };
    const converter = withLargePayloads(theirs, { compressAbove: 10 });
    expect(converter.payloadConverterPath).toBe('/converter.js');
    let payloads: Payload[] = [{ data: Buffer.alloc(10_000) }];
    for (const codec of converter.payloadCodecs) payloads = await codec.encode(payloads);
    expect(payloads[0]?.data?.length).toBeLessThan(200);
    expect(Buffer.from(payloads[0]?.data ?? []).toString()).toMatch(/^secret:/);
    expect(theirs.payloadCodecs).toEqual([encryption]);
  });

  it('stores what is larger than the threshold, but not the pages that activities read once', () => {
    const { externalStorage } = withLargePayloads({}, storedIn('option'));
    expect(externalStorage?.payloadSizeThreshold).toBe(1001); // the SDK stores what is as large as this
    expect(externalStorage?.driverSelector({}, { data: Buffer.alloc(2000) })).toBeInstanceOf(FileDriver);
    expect(externalStorage?.driverSelector({}, page)).toBeNull();
  });

  it('with a storage of its owner keeps it over the environment, and refuses a second one', () => {
    const theirs = { externalStorage: mine };
    expect(withLargePayloads(theirs, {}).externalStorage).toBe(mine);
    expect(withLargePayloads(theirs, storedIn('environment')).externalStorage).toBe(mine);
    const both = (): unknown => withLargePayloads(theirs, storedIn('option'));
    expect(both).toThrow(UserError);
    expect(both).toThrow(
      'storage: the data converter brings an external storage of its own; leave one of them out',
    );
  });

  it('names the directory that cannot be made, before anything runs', () => {
    const location = { kind: 'file', directory: path.join(__filename, 'below'), above: 1 } as const;
    const make = (): unknown => withLargePayloads({}, { storage: { location, source: 'option' } });
    expect(make).toThrow(UserError);
    expect(make).toThrow(`storage: cannot make the directory '${location.directory}': `);
  });
});

describe('the room for a value', () => {
  const storing = (payloadSizeThreshold: number): ExternalStorage =>
    new ExternalStorage({ drivers: [new FileDriver('/mine')], payloadSizeThreshold });

  it.each([
    { what: 'no storage', externalStorage: undefined, room: IN_HISTORY },
    { what: 'a storage', externalStorage: storing(256 * 1024), room: IN_STORAGE },
    {
      what: 'a storage for what is larger than a history takes',
      externalStorage: storing(3e6),
      room: IN_HISTORY,
    },
  ])('with $what', ({ externalStorage, room }) => {
    expect(roomOf(externalStorage === undefined ? {} : { externalStorage })).toBe(room);
  });
});
