import { MAX_PAYLOAD_BYTES, STORAGE_THRESHOLD_BYTES as above } from '../../../src/common/size-limits';
import { parseLocation } from '../../../src/storage/location';

describe('the place of the storage', () => {
  it.each([
    ['file:///var/lib/perdure', { kind: 'file', directory: '/var/lib/perdure', above }],
    ['file:///with%20space/é', { kind: 'file', directory: '/with space/é', above }],
    ['file:///d?above=2000', { kind: 'file', directory: '/d', above: 2000 }],
    ['s3://bucket', { kind: 's3', bucket: 'bucket', prefix: '', above }],
    ['s3://My_Bucket/', { kind: 's3', bucket: 'My_Bucket', prefix: '', above }],
    ['s3://bucket/a/b/', { kind: 's3', bucket: 'bucket', prefix: 'a/b', above }],
    [
      's3://bucket/a?endpoint=http://localhost:9000&region=eu-central-1&above=5000',
      {
        kind: 's3',
        bucket: 'bucket',
        prefix: 'a',
        endpoint: 'http://localhost:9000',
        region: 'eu-central-1',
        above: 5000,
      },
    ],
  ])('is read from %s', (text, location) => {
    expect(parseLocation(text)).toEqual(location);
  });

  const expected = "expected 'file:///DIRECTORY' or 's3://BUCKET/PREFIX'";

  it.each([
    ['/var/lib', `${expected}, not '/var/lib'`],
    ['', `${expected}, not ''`],
    ['file://host/d', `${expected}, not 'file://host/d'`],
    ['file:relative', `${expected}, not 'file:relative'`],
    ['file:///', `${expected}, not 'file:///'`],
    ['gs://bucket/a', `${expected}, not 'gs://bucket/a'`],
    ['s3:///a', `${expected}: the bucket is missing`],
    [
      's3://key:secret@bucket/a',
      'credentials come from the environment of AWS (AWS_ACCESS_KEY_ID, a profile, a role), not from the URL',
    ],
    ['s3://bucket?zone=a', "unknown parameter 'zone'; known are 'above', 'endpoint', 'region'"],
    ['file:///d?region=a', "unknown parameter 'region'; known are 'above'"],
    [
      'file:///d?above=1023',
      `above: expected a number of bytes from 1024 to ${MAX_PAYLOAD_BYTES}, not '1023'`,
    ],
    ['file:///d?above=', `above: expected a number of bytes from 1024 to ${MAX_PAYLOAD_BYTES}, not ''`],
    [
      `file:///d?above=${MAX_PAYLOAD_BYTES + 1}`,
      `above: expected a number of bytes from 1024 to ${MAX_PAYLOAD_BYTES}, not '${MAX_PAYLOAD_BYTES + 1}'`,
    ],
  ])('is none of %j', (text, complaint) => {
    expect(() => parseLocation(text)).toThrow(complaint);
  });
});
