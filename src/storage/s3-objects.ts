import { createRequire } from 'node:module';
import { UserError } from '../common/errors';
import { isOneOf, reasonOf, StorageError } from './storage-error';

/** A bucket's address, beside what the usual environment of AWS says. */
export interface S3Location {
  readonly bucket: string;
  /** In front of each key, without a slash at its end; empty for none. */
  readonly prefix: string;
  /** Of a server that is not AWS. */
  readonly endpoint?: string;
  readonly region?: string;
}

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** What is used of `@aws-sdk/client-s3`, which is installed only where it is needed. */
interface S3Package {
  readonly S3Client: new (options: object) => S3Client;
  readonly PutObjectCommand: new (input: object) => object;
  readonly GetObjectCommand: new (input: object) => object;
}

interface S3Client {
  send(command: object, options: { abortSignal?: AbortSignal }): Promise<object>;
}

const PACKAGE = '@aws-sdk/client-s3';

/** In milliseconds; a request that takes longer is tried again. */
const CONNECT_TIMEOUT = 5_000;
const REQUEST_TIMEOUT = 60_000;

/** Objects of an S3-compatible store. */
export class S3Objects {
  readonly #location: S3Location;
  #open: { readonly client: S3Client; readonly commands: S3Package } | undefined;

  /** @throws {UserError} when the package for S3 is not installed. */
  constructor(location: S3Location) {
    this.#location = location;
    assertInstalled();
  }

  async put({ bucket, key }: ObjectAddress, bytes: Uint8Array, abortSignal?: AbortSignal): Promise<void> {
    const { client, commands } = this.#connect();
    const command = new commands.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes });
    try {
      await client.send(command, abortSignal === undefined ? {} : { abortSignal });
    } catch (cause) {
      throw new StorageError(
        `storage: cannot write ${bytes.length} bytes to ${describe({ bucket, key })}${this.#where()}: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }

  async get({ bucket, key }: ObjectAddress, abortSignal?: AbortSignal): Promise<Uint8Array> {
    const { client, commands } = this.#connect();
    const command = new commands.GetObjectCommand({ Bucket: bucket, Key: key });
    try {
      return await toBytes(await client.send(command, abortSignal === undefined ? {} : { abortSignal }));
    } catch (cause) {
      const object = describe({ bucket, key });
      throw new StorageError(
        isOneOf(cause, ['NoSuchKey', 'NotFound'])
          ? `storage: ${object} does not exist${this.#where()}. It was deleted: what expires objects must leave them for as long as histories are kept`
          : `storage: cannot read ${object}${this.#where()}: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }

  /** Loaded at first use: a client that meets nothing large never pays for it. */
  #connect(): { readonly client: S3Client; readonly commands: S3Package } {
    this.#open ??= connect(this.#location);
    return this.#open;
  }

  #where(): string {
    const { endpoint } = this.#location;
    return endpoint === undefined ? '' : ` at '${endpoint}'`;
  }
}

/** Of this file rather than `import`: bundlers of backends must not look for a package that is not there. */
const load = createRequire(__filename);

function assertInstalled(): void {
  try {
    load.resolve(PACKAGE);
  } catch (cause) {
    throw new UserError(`storage: S3 needs a package of its own: npm install ${PACKAGE}`, { cause });
  }
}

function connect({ endpoint, region }: S3Location): { client: S3Client; commands: S3Package } {
  const commands = load(PACKAGE) as S3Package; // what is used of it is written down above
  const client = new commands.S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : toCompatible(endpoint, region)),
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
  });
  return { client, commands };
}

/** What servers other than AWS understand: no bucket in the host name, none of AWS's newer checksums. */
function toCompatible(endpoint: string, region: string | undefined): object {
  return {
    endpoint,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(region === undefined && process.env['AWS_REGION'] === undefined ? { region: 'us-east-1' } : {}),
  };
}

function describe({ bucket, key }: ObjectAddress): string {
  return `'s3://${bucket}/${key}'`;
}

async function toBytes(answer: object): Promise<Uint8Array> {
  const { Body } = answer as { Body?: { transformToByteArray(): Promise<Uint8Array> } }; // of a GetObjectCommand
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}
