import { randomBytes } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { CompressionCodec } from '../../../src/storage/compression-codec';

const PayloadMessage = temporal.api.common.v1.Payload;

const toPayload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const encodingOf = ({ metadata }: Payload): string => Buffer.from(metadata?.['encoding'] ?? []).toString();

const WORDS = 'The order is on its way. '.repeat(400);

async function encoded(value: unknown, above: number | undefined): Promise<Payload> {
  const [payload] = await new CompressionCodec(above).encode([toPayload(value)]);
  if (payload === undefined) throw new Error('encoded nothing');
  return payload;
}

describe('a compressed payload', () => {
  it('is smaller, and comes back as it was, whatever the reader compresses itself', async () => {
    const payload = await encoded({ text: WORDS }, 4096);
    expect(payload.data?.length).toBeLessThan(WORDS.length / 10);
    for (const above of [undefined, 1, 1e6]) {
      const [read] = await new CompressionCodec(above).decode([payload]);
      expect(defaultPayloadConverter.fromPayload(read ?? {})).toEqual({ text: WORDS });
      expect(encodingOf(read ?? {})).toBe('json/plain');
    }
  });

  // What the codec of Temporal's Go SDK writes and reads, and hence its codec server.
  it('is a whole payload as protobuf in the format of zlib', async () => {
    const { data } = await encoded(WORDS, 4096);
    const inner = PayloadMessage.decode(inflateSync(data ?? new Uint8Array()));
    expect(defaultPayloadConverter.fromPayload(inner)).toBe(WORDS);
  });

  it('is also read when something else compressed it at another level', async () => {
    const data = deflateSync(PayloadMessage.encode(toPayload('hi')).finish(), { level: 1 });
    const payload = { metadata: { encoding: Buffer.from('binary/zlib') }, data };
    const [read] = await new CompressionCodec(undefined).decode([payload]);
    expect(defaultPayloadConverter.fromPayload(read ?? {})).toBe('hi');
  });

  it('that is damaged is an error', async () => {
    const payload = { metadata: { encoding: Buffer.from('binary/zlib') }, data: Buffer.from('damaged') };
    await expect(new CompressionCodec(undefined).decode([payload])).rejects.toThrow('incorrect header check');
  });

  it('cannot claim to be larger than memory', async () => {
    const data = deflateSync(Buffer.alloc(300 * 1024 * 1024));
    const payload = { metadata: { encoding: Buffer.from('binary/zlib') }, data };
    await expect(new CompressionCodec(undefined).decode([payload])).rejects.toThrow(/larger than/);
  });
});

describe('a payload stays as it is', () => {
  it.each([
    { when: 'nothing is compressed', value: WORDS, above: undefined },
    { when: 'it is as long as the threshold', value: 'x'.repeat(98), above: 100 },
    { when: 'it has no data', value: undefined, above: 1 },
    { when: 'less than a tenth would be saved', value: randomBytes(10_000), above: 4096 },
  ])('when $when', async ({ value, above }) => {
    expect(await encoded(value, above)).toEqual(toPayload(value));
  });

  it('and is compressed with one byte more than the threshold', async () => {
    expect(encodingOf(await encoded('x'.repeat(99), 100))).toBe('binary/zlib');
  });

  it('when something else encoded it, and is read so', async () => {
    const payload = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('secret') };
    expect(await new CompressionCodec(undefined).decode([payload])).toEqual([payload]);
  });
});
