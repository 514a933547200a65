import type { DataConverter, ExternalStorage, PayloadCodec } from '@temporalio/common';
import { UserError } from '../common/errors';
import { IN_HISTORY, IN_STORAGE, type PayloadRoom } from '../common/payload-size';
import { MAX_PAYLOAD_BYTES } from '../common/size-limits';
import { CompressionCodec } from './compression-codec';
import { toExternalStorage } from './external-storage';
import { ReferenceSparingCodec } from './reference-sparing-codec';
import type { LargePayloadSettings } from './settings';

type Converter = Pick<DataConverter, 'payloadCodecs' | 'externalStorage'>;

interface Extended {
  readonly payloadCodecs: PayloadCodec[];
  readonly externalStorage?: ExternalStorage;
}

/**
 * A data converter that also compresses and stores, as the settings say. Compression goes before the converter's own
 * codecs, for what is encrypted cannot be compressed; storage comes after them, so it holds what they made.
 * @throws {UserError} when both bring a storage, or it cannot be used.
 */
export function withLargePayloads<Given extends Converter>(
  converter: Given,
  { storage, compressAbove }: LargePayloadSettings,
): Given & Extended {
  const theirs = (converter.payloadCodecs ?? []).map((codec) => new ReferenceSparingCodec(codec));
  const payloadCodecs = [new CompressionCodec(compressAbove), ...theirs];
  if (storage === undefined) return { ...converter, payloadCodecs };
  if (converter.externalStorage === undefined) {
    return { ...converter, payloadCodecs, externalStorage: toExternalStorage(storage.location) };
  }
  if (storage.source === 'environment') return { ...converter, payloadCodecs }; // what the code says goes before it
  throw new UserError(
    'storage: the data converter brings an external storage of its own; leave one of them out',
  );
}

/** How large a value may be that this converter sends away. */
export function roomOf({ externalStorage }: Converter): PayloadRoom {
  const takesAll =
    externalStorage !== undefined && externalStorage.payloadSizeThreshold <= MAX_PAYLOAD_BYTES + 1;
  return takesAll ? IN_STORAGE : IN_HISTORY;
}
