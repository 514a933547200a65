import { z } from 'zod';
import { UserError } from '../common/errors';
import { COMPRESSION_THRESHOLD_BYTES, MIN_THRESHOLD_BYTES } from '../common/size-limits';
import { parseLocation, type StorageLocation } from './location';
import { reasonOf } from './storage-error';

/** What becomes of large values. Workers and the clients that start and read their runs need the same `storage`. */
export interface LargePayloadOptions {
  /**
   * Where values go that are too large for a history: `file:///DIRECTORY`, shared by all workers and clients, or
   * `s3://BUCKET/PREFIX?region=…&endpoint=…` with credentials from the usual environment of AWS, which needs the package
   * `@aws-sdk/client-s3`. Values of more than 256 KiB go there; another number of bytes, at least
   * 1024, is `?above=…`. `false` is none,
   * whatever the environment says.
   * @default `PERDURE_STORAGE`, else none: a value of more than 1,900,000 bytes is then refused with a
   * `PayloadTooLargeError`
   */
  readonly storage?: string | false;
  /**
   * Whether large values are compressed before they are recorded. Each worker and client of this library reads them,
   * whatever its own option says; Temporal's UI and CLI do not without a codec server.
   * @default false
   */
  readonly compression?: boolean | CompressionOptions;
}

export interface CompressionOptions {
  /** Values of more bytes are compressed; at least 1024. @default 4096 */
  readonly above: number;
}

/** The options with everything filled in; plain data. */
export interface LargePayloadSettings {
  readonly storage?: {
    readonly location: StorageLocation;
    /** What the environment says yields to what a data converter brings. */
    readonly source: 'option' | 'environment';
  };
  /** Bytes; absent when nothing is compressed. */
  readonly compressAbove?: number;
}

/** Parses {@link LargePayloadOptions}, as part of the options they stand among. */
export const largePayloadOptions = {
  storage: z.union([z.string().min(1), z.literal(false)]).optional(),
  compression: z.union([z.boolean(), z.strictObject({ above: z.int().min(MIN_THRESHOLD_BYTES) })]).optional(),
};

/** What a parsed option is, where it is not given. */
type Parsed<Options> = { readonly [Key in keyof Options]: Options[Key] | undefined };

/** @throws {UserError} for a place that is none. */
export function resolveLargePayloads(
  { storage, compression = false }: Partial<Parsed<LargePayloadOptions>>,
  where: string,
): LargePayloadSettings {
  return {
    ...(storage === undefined ? fromEnvironment() : fromOption(storage, `${where}: storage`)),
    ...(compression === false ? {} : { compressAbove: toThreshold(compression) }),
  };
}

function fromOption(storage: string | false, name: string): Pick<LargePayloadSettings, 'storage'> {
  return storage === false ? {} : toStorage(storage, { name, source: 'option' });
}

const VARIABLE = 'PERDURE_STORAGE';

/** What stands in for the option where it is not given. */
export function storageOfEnvironment(): string | undefined {
  return process.env[VARIABLE] || undefined;
}

function fromEnvironment(): Pick<LargePayloadSettings, 'storage'> {
  const text = storageOfEnvironment();
  return text === undefined ? {} : toStorage(text, { name: VARIABLE, source: 'environment' });
}

function toStorage(
  text: string,
  { name, source }: { name: string; source: 'option' | 'environment' },
): Pick<LargePayloadSettings, 'storage'> {
  try {
    return { storage: { location: parseLocation(text), source } };
  } catch (cause) {
    throw new UserError(`${name}: ${reasonOf(cause)}`, { cause });
  }
}

function toThreshold(compression: true | CompressionOptions): number {
  return compression === true ? COMPRESSION_THRESHOLD_BYTES : compression.above;
}
