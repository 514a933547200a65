import { z } from 'zod';
import { parseArguments } from '../../../src/activities/parse-arguments';
import { HookExecutionError, ModelRetry } from '../../../src/common/errors';

/** Whose arguments these are. */
const FIELD = "input of tool 'order'";

const schema = z.strictObject({ count: z.number(), note: z.string().default('none') });

describe('arguments as a model wrote them', () => {
  it.each([
    { written: '{"count": 1}', json: { count: 1 }, value: { count: 1, note: 'none' } },
    { written: { count: 1, note: 'x' }, json: { count: 1, note: 'x' }, value: { count: 1, note: 'x' } },
    {
      written: ' {"count":1,"note":"\\ud800"} ',
      json: { count: 1, note: '\ud800' },
      value: { count: 1, note: '\ud800' },
    },
  ])('are JSON, as a text or already parsed: $written', async ({ written, json, value }) => {
    expect(await parseArguments(schema, written, FIELD)).toEqual({ valid: true, json, value });
  });

  it('may be nothing at all, which counts as {}', async () => {
    expect(await parseArguments(z.object({}), '', FIELD)).toEqual({ valid: true, json: {}, value: {} });
  });

  it.each(['{', 'count: 1', ' ', "{'count': 1}", '{"count": 1}}'])(
    'are refused when they are no JSON: %j',
    async (written) => {
      expect(await parseArguments(schema, written, FIELD)).toEqual({
        valid: false,
        issues: [{ path: '', message: 'Invalid JSON' }],
      });
    },
  );

  it.each(['1', 'null', '"text"', '[]'])(
    'are refused when they are JSON of another shape: %s',
    async (written) => {
      expect(await parseArguments(schema, written, FIELD)).toMatchObject({
        valid: false,
        issues: [{ path: '' }],
      });
    },
  );

  it('are refused with the path of each mistake', async () => {
    const parsed = await parseArguments(
      z.object({ items: z.array(z.object({ id: z.int() })) }),
      '{"items":[{"id":1},{"id":1.5}]}',
      FIELD,
    );
    expect(parsed).toMatchObject({ valid: false, issues: [{ path: 'items.1.id' }] });
  });

  it('are not coerced unless the schema says so', async () => {
    expect(await parseArguments(schema, '{"count":"1"}', FIELD)).toMatchObject({ valid: false });
    const coercing = z.object({ count: z.coerce.number() });
    expect(await parseArguments(coercing, '{"count":"1"}', FIELD)).toMatchObject({
      valid: true,
      value: { count: 1 },
    });
  });

  it('may be checked by code that waits', async () => {
    const waiting = z.object({
      count: z.number().refine((count) => Promise.resolve(count > 0), { error: 'expected more' }),
    });
    expect(await parseArguments(waiting, '{"count":0}', FIELD)).toEqual({
      valid: false,
      issues: [{ path: 'count', message: 'expected more' }],
    });
  });

  it('named like what every object has are arguments like others', async () => {
    const parsed = await parseArguments(schema, '{"count":1,"__proto__":{"note":"x"}}', FIELD);
    expect(parsed).toMatchObject({ valid: false });
  });

  it.each([
    ['anything', new TypeError('no such thing')],
    ['a request to the model, which a schema has no way to make', new ModelRetry('no such thing')],
  ])('end the run when code in the schema throws %s', async (_, error) => {
    const throwing = z.object({}).transform(() => {
      throw error;
    });
    const parsing = parseArguments(throwing, '{}', FIELD);
    await expect(parsing).rejects.toThrow(HookExecutionError);
    await expect(parsing).rejects.toMatchObject({
      hookName: FIELD,
      message: `${FIELD} threw: no such thing`,
    });
  });
});
