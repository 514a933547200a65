import { setTimeout as sleep } from 'node:timers/promises';
import {
  type LoadedDataConverter,
  RawValue,
  type SerializationContext,
  type StorageDriverTargetInfo,
} from '@temporalio/common';
import { encodeToPayload, ExternalStorageRunner } from '@temporalio/common/lib/internal-non-workflow';
import { jsonBytes } from '../common/json';
import { CompressionCodec } from './compression-codec';
import { ReferenceSparingCodec } from './reference-sparing-codec';

/** What the SDK knows of a value when it stores it. */
interface Origin {
  readonly context: SerializationContext;
  readonly target: StorageDriverTargetInfo;
  readonly abortSignal: AbortSignal;
}

/** In milliseconds: what was paid for is not given up at the first failure. */
const PAUSES = [1_000, 3_000, 10_000];

/**
 * Stores a value that the SDK would store, and returns the reference in its place. Small values, and those of a data
 * converter that would encode a reference once more, are returned as they are.
 */
export async function storeEarly<Value>(
  converter: LoadedDataConverter,
  value: Value,
  { context, target, abortSignal }: Origin,
): Promise<Value | RawValue> {
  const { externalStorage } = converter;
  if (externalStorage === undefined || !converter.payloadCodecs.every(sparesReferences)) return value;
  if (jsonBytes(value) < externalStorage.payloadSizeThreshold) return value;
  const payload = await encodeToPayload(converter, value, context);
  const runner = new ExternalStorageRunner(externalStorage);
  const [stored] = await persist(() => runner.store([payload], { target, abortSignal }), abortSignal);
  return stored === undefined || stored === payload ? value : RawValue.fromPayload(stored);
}

function sparesReferences(codec: unknown): boolean {
  return codec instanceof CompressionCodec || codec instanceof ReferenceSparingCodec;
}

async function persist<Result>(attempt: () => Promise<Result>, abortSignal: AbortSignal): Promise<Result> {
  for (const pause of PAUSES) {
    try {
      return await attempt();
    } catch (error) {
      if (abortSignal.aborted) throw error;
      await sleep(pause, undefined, { signal: abortSignal });
    }
  }
  return attempt();
}
