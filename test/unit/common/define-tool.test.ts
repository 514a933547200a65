import { z } from 'zod';
import { UserError } from '../../../src/common/errors';
import { defineTool } from '../../../src/common/tool';

const valid = {
  name: 'lookup_order',
  description: 'Find an order by its number.',
  input: z.object({ orderNumber: z.string() }),
  execute: () => null,
};

/** As JavaScript calls it, without the compiler's help. */
function define(changes: object) {
  return defineTool({ ...valid, ...changes });
}

describe('a mistake in a tool', () => {
  const someName = "expected 1 to 64 letters, digits, '_' or '-'";
  const someDuration = "expected milliseconds above 0, or a text like '30s'";

  it.each([
    { mistake: 'no name', changes: { name: undefined }, complaint: 'name: ' },
    { mistake: 'an empty name', changes: { name: '' }, complaint: `name: ${someName}` },
    { mistake: 'a name with a space', changes: { name: 'look up' }, complaint: `name: ${someName}` },
    { mistake: 'a name with a dot', changes: { name: 'agent.resolve' }, complaint: `name: ${someName}` },
    {
      mistake: 'a name with a line break at its end',
      changes: { name: 'a\n' },
      complaint: `name: ${someName}`,
    },
    { mistake: 'a name with an umlaut', changes: { name: 'prüfen' }, complaint: `name: ${someName}` },
    { mistake: 'a name of 65 characters', changes: { name: 'a'.repeat(65) }, complaint: `name: ${someName}` },
    { mistake: 'a name that is a number', changes: { name: 7 }, complaint: 'name: ' },
    { mistake: 'no description', changes: { description: undefined }, complaint: 'description: ' },
    { mistake: 'an empty description', changes: { description: '' }, complaint: 'description: ' },
    { mistake: 'no input', changes: { input: undefined }, complaint: 'input: expected a zod object schema' },
    {
      mistake: 'an input that is no object',
      changes: { input: z.string() },
      complaint: 'input: expected a zod object schema',
    },
    {
      mistake: 'a plain JSON Schema as input',
      changes: { input: { type: 'object' } },
      complaint: 'input: expected a zod object schema',
    },
    {
      mistake: 'deps that are no schema',
      changes: { deps: { db: 'string' } },
      complaint: 'deps: expected a zod schema',
    },
    { mistake: 'no execute', changes: { execute: undefined }, complaint: 'execute: expected a function' },
    {
      mistake: 'an execute that is no function',
      changes: { execute: 'run' },
      complaint: 'execute: expected a function',
    },
    { mistake: 'negative retries', changes: { retries: -1 }, complaint: 'retries: ' },
    { mistake: 'half a retry', changes: { retries: 0.5 }, complaint: 'retries: ' },
    { mistake: 'endless retries', changes: { retries: Infinity }, complaint: 'retries: ' },
    { mistake: 'a timeout of 0', changes: { timeout: 0 }, complaint: `timeout: ${someDuration}` },
    { mistake: 'a negative timeout', changes: { timeout: '-1s' }, complaint: `timeout: ${someDuration}` },
    {
      mistake: 'a timeout that is no duration',
      changes: { timeout: 'abc' },
      complaint: `timeout: ${someDuration}`,
    },
    {
      mistake: 'an empty timeout (bug: it was no UserError)',
      changes: { timeout: '' },
      complaint: `timeout: ${someDuration}`,
    },
    { mistake: 'an endless timeout', changes: { timeout: Infinity }, complaint: `timeout: ${someDuration}` },
    {
      mistake: 'a timeout that is a flag',
      changes: { timeout: true },
      complaint: `timeout: ${someDuration}`,
    },
    { mistake: 'no attempts', changes: { maximumAttempts: 0 }, complaint: 'maximumAttempts: ' },
    { mistake: 'too many attempts', changes: { maximumAttempts: 2 ** 31 }, complaint: 'maximumAttempts: ' },
    {
      mistake: 'an option that does not exist',
      changes: { retry: 3 },
      complaint: 'Unrecognized key: "retry"',
    },
  ])('is a UserError that names the field: $mistake', ({ changes, complaint }) => {
    expect(() => define(changes)).toThrow(UserError);
    expect(() => define(changes)).toThrow(`${calledWith({ ...valid, ...changes })}: ${complaint}`);
  });

  it('is named with all others', () => {
    expect(() => define({ description: '', retries: -1 })).toThrow(/description: .*; retries: /);
  });

  it.each([
    ['a date', z.object({ since: z.date() })],
    ['a bigint', z.object({ amount: z.bigint() })],
    ['a map', z.object({ prices: z.map(z.string(), z.number()) })],
    ['a date deep inside', z.object({ orders: z.array(z.object({ since: z.date() })) })],
  ])('is an input that cannot be described as JSON Schema: %s', (_, input) => {
    expect(() => define({ input })).toThrow(UserError);
    expect(() => define({ input })).toThrow(
      "defineTool('lookup_order'): input cannot be described as JSON Schema: ",
    );
  });
});

describe('a tool', () => {
  it('has defaults: 5 minutes, 5 attempts, and the retries of its agent', () => {
    expect(define({})).toMatchObject({
      timeout: 300_000,
      maximumAttempts: 5,
      retries: undefined,
      deps: undefined,
    });
  });

  it('keeps its options', () => {
    const deps = z.object({ db: z.string() });
    expect(define({ retries: 0, timeout: '30s', maximumAttempts: 1, deps })).toMatchObject({
      name: 'lookup_order',
      description: 'Find an order by its number.',
      retries: 0,
      timeout: 30_000,
      maximumAttempts: 1,
      deps,
    });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(define({}))).toBe(true);
  });

  it.each(['a', 'A-1_b', 'constructor', '__proto__', 'a'.repeat(64)])('may be named %s', (name) => {
    expect(define({ name }).name).toBe(name);
  });
});

describe('the arguments of a tool', () => {
  it('are described as JSON Schema, closed at the top', () => {
    const input = z.object({
      orderNumber: z.string().describe('As printed on the invoice.'),
      limit: z.number().default(10),
      filter: z.object({ open: z.boolean() }).optional(),
    });
    expect(define({ input }).parameters).toEqual({
      type: 'object',
      properties: {
        orderNumber: { type: 'string', description: 'As printed on the invoice.' },
        limit: { type: 'number', default: 10 },
        filter: { type: 'object', properties: { open: { type: 'boolean' } }, required: ['open'] },
      },
      required: ['orderNumber'],
      additionalProperties: false,
    });
  });

  it('are described as the model has to write them, before a transformation', () => {
    const input = z.object({ since: z.string().transform((text) => new Date(text)) });
    expect(define({ input }).parameters).toMatchObject({ properties: { since: { type: 'string' } } });
  });

  it('may be none', () => {
    expect(define({ input: z.object({}) }).parameters).toEqual({
      type: 'object',
      properties: {},
      additionalProperties: false,
    });
  });

  it.each([
    ['an ordinary object refuses', z.object({ a: z.string() }), false],
    ['a strict object refuses', z.strictObject({ a: z.string() }), false],
    ['a loose object accepts', z.looseObject({ a: z.string() }), true],
    ['an object with a catchall that fits accepts', z.object({ a: z.string() }).catchall(z.number()), true],
    [
      'an object with a catchall that does not fit refuses',
      z.object({ a: z.string() }).catchall(z.string()),
      false,
    ],
  ])('%s an unknown key', (_, input, accepted) => {
    expect(define({ input }).input.safeParse({ a: 'x', b: 1 }).success).toBe(accepted);
  });

  it('keep the refinements of the schema', () => {
    const input = z.object({ a: z.string() }).refine(({ a }) => a !== 'x', { error: 'not x' });
    const { input: checked } = define({ input });
    expect(checked.safeParse({ a: 'y' }).success).toBe(true);
    expect(checked.safeParse({ a: 'x' }).success).toBe(false);
  });

  it('are not coerced unless the schema says so', () => {
    expect(define({ input: z.object({ n: z.number() }) }).input.safeParse({ n: '1' }).success).toBe(false);
    expect(define({ input: z.object({ n: z.coerce.number() }) }).input.parse({ n: '1' })).toEqual({ n: 1 });
  });
});

it('refuses unknown keys among the arguments, and leaves those further in to the schema', () => {
  const loose = z.object({ street: z.string() });
  const { input } = define({ input: z.object({ loose, strict: z.strictObject({ street: z.string() }) }) });
  const street = { street: 'Main St' };
  const more = { ...street, floor: 2 };
  expect(input.safeParse({ loose: street, strict: street, floor: 2 }).success).toBe(false);
  expect(input.safeParse({ loose: street, strict: more }).success).toBe(false);
  expect(input.parse({ loose: more, strict: street })).toEqual({ loose: street, strict: street });
});

function calledWith({ name }: { readonly name?: unknown }): string {
  return typeof name === 'string' ? `defineTool('${name}')` : 'defineTool';
}
