import {
  type Payload,
  type StorageDriver,
  StorageDriverClaim,
  type StorageDriverRetrieveContext,
  type StorageDriverStoreContext,
} from '@temporalio/common';
import { toObjectKey } from './s3-key';
import { type ObjectAddress, type S3Location, S3Objects } from './s3-objects';
import { StorageError } from './storage-error';
import { fromStoredPayload, toStoredPayload } from './stored-payload';

/** What the S3 drivers of Temporal's SDKs call themselves; claims and keys are theirs, too, so they read each other's. */
export const S3_DRIVER = 'aws.s3driver';

/** Keeps payloads as objects of a bucket, in AWS's S3 or whatever speaks its protocol. */
export class S3Driver implements StorageDriver {
  readonly name = S3_DRIVER;
  readonly type = S3_DRIVER;
  readonly #location: S3Location;
  readonly #objects: S3Objects;

  /** @throws {UserError} when the package for S3 is not installed. */
  constructor(location: S3Location) {
    this.#location = location;
    this.#objects = new S3Objects(location);
  }

  store(context: StorageDriverStoreContext, payloads: Payload[]): Promise<StorageDriverClaim[]> {
    return Promise.all(payloads.map((payload) => this.#store(context, payload)));
  }

  retrieve({ abortSignal }: StorageDriverRetrieveContext, claims: StorageDriverClaim[]): Promise<Payload[]> {
    return Promise.all(claims.map((claim) => this.#retrieve(claim, abortSignal)));
  }

  async #store(
    { target, abortSignal }: StorageDriverStoreContext,
    payload: Payload,
  ): Promise<StorageDriverClaim> {
    const { bytes, digest } = toStoredPayload(payload);
    const { bucket, prefix } = this.#location;
    const key = [...(prefix === '' ? [] : [prefix]), toObjectKey(target, digest)].join('/');
    await this.#objects.put({ bucket, key }, bytes, abortSignal);
    return new StorageDriverClaim({ bucket, key, hashAlgorithm: 'sha256', hashValue: digest });
  }

  async #retrieve({ claimData }: StorageDriverClaim, abortSignal?: AbortSignal): Promise<Payload> {
    const { address, digest } = parseClaim(claimData);
    const bytes = await this.#objects.get(address, abortSignal);
    return fromStoredPayload({ bytes, digest }, `'s3://${address.bucket}/${address.key}'`);
  }
}

function parseClaim(claim: Record<string, string>): { address: ObjectAddress; digest: string } {
  const { bucket, key, hashAlgorithm, hashValue } = claim;
  if (!bucket || !key || !hashValue || hashAlgorithm !== 'sha256') {
    throw new StorageError(`storage: ${JSON.stringify(claim)} does not say where a stored value lies in S3`);
  }
  return { address: { bucket, key }, digest: hashValue };
}
