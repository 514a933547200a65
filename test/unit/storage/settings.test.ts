import { z } from 'zod';
import { UserError } from '../../../src/common/errors';
import { parseOptions } from '../../../src/common/options';
import {
  type LargePayloadOptions,
  largePayloadOptions,
  type LargePayloadSettings,
  resolveLargePayloads,
} from '../../../src/storage';

const schema = z.strictObject(largePayloadOptions);

function resolve(options: LargePayloadOptions = {}): LargePayloadSettings {
  return resolveLargePayloads(parseOptions(schema, options, 'worker options'), 'worker options');
}

const before = process.env['PERDURE_STORAGE'];

afterEach(() => {
  if (before === undefined) delete process.env['PERDURE_STORAGE'];
  else process.env['PERDURE_STORAGE'] = before;
});

const fileAt = (directory: string): unknown => expect.objectContaining({ kind: 'file', directory });

describe('the option storage', () => {
  it('is none unless it is given', () => {
    delete process.env['PERDURE_STORAGE'];
    expect(resolve()).toEqual({});
    process.env['PERDURE_STORAGE'] = '';
    expect(resolve()).toEqual({});
  });

  it('comes from the environment where the code does not say otherwise', () => {
    process.env['PERDURE_STORAGE'] = 'file:///environment';
    expect(resolve()).toEqual({ storage: { location: fileAt('/environment'), source: 'environment' } });
    expect(resolve({ storage: 'file:///code' })).toEqual({
      storage: { location: fileAt('/code'), source: 'option' },
    });
    expect(resolve({ storage: false })).toEqual({});
  });

  it('is plain data, to be handed to another thread', () => {
    const settings = resolve({ storage: 's3://bucket/a?region=b', compression: true });
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
  });

  it('says by name what is wrong with it', () => {
    expect(() => resolve({ storage: 'here' })).toThrow(UserError);
    expect(() => resolve({ storage: 'here' })).toThrow(
      "worker options: storage: expected 'file:///DIRECTORY' or 's3://BUCKET/PREFIX', not 'here'",
    );
    process.env['PERDURE_STORAGE'] = 'there';
    expect(() => resolve()).toThrow(/^PERDURE_STORAGE: expected 'file:\/\/\/DIRECTORY'/);
    expect(() => resolve({ storage: '' })).toThrow(/^worker options: storage: /);
  });
});

describe('the option compression', () => {
  it.each([
    [undefined, undefined],
    [false, undefined],
    [true, 4096],
    [{ above: 1024 }, 1024],
  ])('%j compresses payloads above %j bytes', (compression, above) => {
    expect(resolve({ storage: false, ...(compression === undefined ? {} : { compression }) })).toEqual(
      above === undefined ? {} : { compressAbove: above },
    );
  });

  it.each([{ above: 1023 }, { above: 2000.5 }, {}, 'gzip'])('cannot be %j', (compression) => {
    expect(() => resolve({ compression: compression as never })).toThrow(/^worker options: compression/);
  });
});
