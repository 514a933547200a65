import { mkdirSync } from 'node:fs';
import { ExternalStorage, type Payload, type StorageDriver } from '@temporalio/common';
import { UserError } from '../common/errors';
import { FileDriver } from './file-driver';
import type { StorageLocation } from './location';
import { S3Driver } from './s3-driver';
import { reasonOf } from './storage-error';
import { isTranscriptPage } from './transcript-page';

/**
 * The SDK's storage for a place. A mistake that can be seen without writing shows here, before anything was paid for.
 * @throws {UserError} for a directory that cannot be made, or when the package for S3 is not installed.
 */
export function toExternalStorage(location: StorageLocation): ExternalStorage {
  const driver = toDriver(location);
  return new ExternalStorage({
    drivers: [driver],
    driverSelector: (_context: unknown, payload: Payload) => (isTranscriptPage(payload) ? null : driver),
    payloadSizeThreshold: location.above + 1, // the SDK counts what is as large as its threshold among the large
  });
}

function toDriver(location: StorageLocation): StorageDriver {
  if (location.kind === 's3') return new S3Driver(location);
  assertDirectory(location.directory);
  return new FileDriver(location.directory);
}

/** Whether it can be written is not asked: a client that only reads need not. */
function assertDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw new UserError(`storage: cannot make the directory '${directory}': ${reasonOf(cause)}`, { cause });
  }
}
