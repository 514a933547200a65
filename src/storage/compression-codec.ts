import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { fromBytes, toBytes } from './stored-payload';

/** The encoding of Temporal's Go SDK, so that its codec server can show what stands in a history. */
const ENCODING = 'binary/zlib';

/** What compresses less than to this part of itself stays as it is: people and other tools can read it then. */
const WORTHWHILE = 0.9;

/** Far beyond what may be stored: a bound for what a few bytes could claim to be. */
const MAX_BYTES = 256 * 1024 * 1024;

const compress = promisify<Uint8Array, Buffer>(deflate);
const decompress = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate);

/** Compresses payloads of more bytes than `above`, or none; reads compressed ones in any case. */
export class CompressionCodec implements PayloadCodec {
  constructor(private readonly above: number | undefined) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#encode(payload)));
  }

  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map(decodePayload));
  }

  async #encode(payload: Payload): Promise<Payload> {
    if (this.above === undefined || (payload.data?.length ?? 0) <= this.above) return payload;
    const bytes = toBytes(payload);
    const data = await compress(bytes);
    if (data.length > bytes.length * WORTHWHILE) return payload;
    return { metadata: { encoding: Buffer.from(ENCODING) }, data };
  }
}

async function decodePayload(payload: Payload): Promise<Payload> {
  const { data } = payload;
  if (!data || !isCompressed(payload)) return payload;
  return fromBytes(await decompress(data, { maxOutputLength: MAX_BYTES }));
}

/** Asked of every payload that a worker reads. */
function isCompressed({ metadata }: Payload): boolean {
  const encoding = metadata?.['encoding'];
  return encoding?.length === ENCODING.length && Buffer.from(encoding).toString() === ENCODING;
}
