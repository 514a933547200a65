import {
  defaultPayloadConverter,
  type LoadedDataConverter,
  type Payload,
  RawValue,
} from '@temporalio/common';
import { isReferencePayload } from '@temporalio/common/lib/internal-non-workflow';
import { CompressionCodec } from '../../../src/storage/compression-codec';
import { FileDriver } from '../../../src/storage/file-driver';
import { storeEarly, withLargePayloads } from '../../../src/storage';
import { createStorageDirectory, type StorageDirectory } from '../../support/storage-directory';

const LARGE = 'x'.repeat(5_000);

let directory: StorageDirectory;

beforeEach(() => {
  directory = createStorageDirectory();
});

afterEach(() => directory.remove());

/** Writes a mark in front of the data, and takes it away. */
const marking = {
  encode: (payloads: Payload[]) =>
    Promise.resolve(
      payloads.map(({ data }) => ({ data: Buffer.concat([Buffer.from('!'), data ?? Buffer.alloc(0)]) })),
    ),
  decode: (payloads: Payload[]) => Promise.resolve(payloads),
};

function converterWith(more: Partial<LoadedDataConverter> = {}): LoadedDataConverter {
  const loaded = { payloadConverter: defaultPayloadConverter, payloadCodecs: [], ...more };
  const location = { kind: 'file', directory: directory.path, above: 1024 } as const;
  return withLargePayloads(loaded as unknown as LoadedDataConverter, {
    storage: { location, source: 'option' },
  });
}

const store = (converter: LoadedDataConverter, value: unknown): Promise<unknown> =>
  storeEarly(converter, value, {
    context: { type: 'activity', namespace: 'default', isLocal: false },
    target: { kind: 'workflow', namespace: 'default' },
    abortSignal: new AbortController().signal,
  });

describe('a value that the SDK would store after an activity', () => {
  it('is stored while the activity runs, and a reference goes in its place', async () => {
    const reference = await store(converterWith(), LARGE);
    expect(reference).toBeInstanceOf(RawValue);
    expect(isReferencePayload((reference as RawValue).payload)).toBe(true);
    expect(directory.files()).toHaveLength(1);
  });

  it('is encoded by the codecs of its owner, and the reference is not', async () => {
    const converter = converterWith({ payloadCodecs: [marking] });
    const { payload } = (await store(converter, LARGE)) as RawValue;
    let sent = [payload];
    for (const codec of converter.payloadCodecs) sent = await codec.encode(sent);
    expect(sent).toEqual([payload]);
    const [read] = await new FileDriver(directory.path).retrieve({}, [claimOf(payload)]);
    expect(Buffer.from(read?.data ?? []).toString()).toMatch(/^!/);
  });

  it.each([
    { what: 'is small', value: 'x', converter: () => converterWith() },
    {
      what: 'has no storage',
      value: LARGE,
      converter: () => ({ ...converterWith(), externalStorage: undefined }),
    },
    {
      what: 'has a codec that came later, and would encode the reference',
      value: LARGE,
      converter: () => ({ ...converterWith(), payloadCodecs: [new CompressionCodec(1024), marking] }),
    },
  ])('stays with the SDK when it $what', async ({ value, converter }) => {
    expect(await store(converter() as LoadedDataConverter, value)).toBe(value);
    expect(directory.files()).toEqual([]);
  });
});

function claimOf({ data }: Payload): { claimData: Record<string, string> } {
  return JSON.parse(Buffer.from(data ?? []).toString()) as { claimData: Record<string, string> };
}
