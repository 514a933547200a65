import { readFileSync } from 'node:fs';
import { IN_HISTORY } from '../../../src/common/payload-size';
import {
  COMPRESSION_THRESHOLD_BYTES,
  MAX_PAYLOAD_BYTES,
  MAX_STORED_PAYLOAD_BYTES,
  MIN_THRESHOLD_BYTES,
  STORAGE_THRESHOLD_BYTES,
} from '../../../src/common/size-limits';

const text = readFileSync('docs/large-payloads.md', 'utf8').replace(/\s+/g, ' ');

const grouped = (bytes: number): string => bytes.toLocaleString('en-US');

describe('docs/large-payloads.md', () => {
  it.each([
    IN_HISTORY.refusal,
    `values of more than ${STORAGE_THRESHOLD_BYTES / 1024} KiB lie in a directory or in S3`,
    `${grouped(MIN_THRESHOLD_BYTES)} to ${grouped(MAX_PAYLOAD_BYTES)}, ${grouped(STORAGE_THRESHOLD_BYTES)} if unset`,
    `One value may have ${grouped(MAX_STORED_PAYLOAD_BYTES)} bytes** (${MAX_STORED_PAYLOAD_BYTES / 1024 ** 2} MiB`,
    `Heartbeat details of tools are never more than ${grouped(MAX_PAYLOAD_BYTES)} bytes`,
    `Values of more than ${grouped(COMPRESSION_THRESHOLD_BYTES)} bytes are compressed`,
    `another size, at least ${grouped(MIN_THRESHOLD_BYTES)}`,
  ])('says: %s', (sentence) => {
    expect(text).toContain(sentence);
  });
});
