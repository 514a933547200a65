import { fileURLToPath } from 'node:url';
import { MAX_PAYLOAD_BYTES, MIN_THRESHOLD_BYTES, STORAGE_THRESHOLD_BYTES } from '../common/size-limits';
import type { S3Location } from './s3-objects';

/** Where large values go; plain data. */
export type StorageLocation = { readonly above: number } & (
  { readonly kind: 'file'; readonly directory: string } | ({ readonly kind: 's3' } & S3Location)
);

const EXPECTED = "expected 'file:///DIRECTORY' or 's3://BUCKET/PREFIX'";

/** @throws {Error} that says what is wrong with the text. */
export function parseLocation(text: string): StorageLocation {
  const url = parseUrl(text);
  switch (url.protocol) {
    case 'file:':
      return { kind: 'file', directory: toDirectory(url, text), ...parseParameters(url, []) };
    case 's3:':
      return { kind: 's3', ...toBucket(url), ...parseParameters(url, ['endpoint', 'region']) };
    default:
      throw new Error(`${EXPECTED}, not '${text}'`);
  }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new Error(`${EXPECTED}, not '${text}'`, { cause });
  }
}

/** A URL of another form names a machine, or means something else than it says. */
function toDirectory({ href, pathname }: URL, text: string): string {
  if (!/^file:\/\/\/./i.test(text)) throw new Error(`${EXPECTED}, not '${text}'`);
  return fileURLToPath(new URL(pathname, href));
}

function toBucket(url: URL): Pick<S3Location, 'bucket' | 'prefix'> {
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      'credentials come from the environment of AWS (AWS_ACCESS_KEY_ID, a profile, a role), not from the URL',
    );
  }
  if (url.host === '') throw new Error(`${EXPECTED}: the bucket is missing`);
  return { bucket: url.host, prefix: decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '') };
}

function parseParameters<Name extends string>(
  { searchParams }: URL,
  names: readonly Name[],
): { above: number } & Partial<Record<Name, string>> {
  const known: readonly string[] = ['above', ...names];
  const unknown = [...searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `unknown parameter '${unknown}'; known are ${known.map((name) => `'${name}'`).join(', ')}`,
    );
  }
  const given = names.flatMap((name) => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, value]];
  });
  const parameters = Object.fromEntries(given) as Partial<Record<Name, string>>; // of these names, just taken
  return { above: parseThreshold(searchParams.get('above')), ...parameters };
}

/** What stays in the history must fit there. */
function parseThreshold(text: string | null): number {
  if (text === null) return STORAGE_THRESHOLD_BYTES;
  const bytes = Number(text);
  if (Number.isInteger(bytes) && bytes >= MIN_THRESHOLD_BYTES && bytes <= MAX_PAYLOAD_BYTES) return bytes;
  throw new Error(
    `above: expected a number of bytes from ${MIN_THRESHOLD_BYTES} to ${MAX_PAYLOAD_BYTES}, not '${text}'`,
  );
}
