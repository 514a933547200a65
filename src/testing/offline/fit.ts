import type { JsonObject } from '../../common/json';

/** Whether a text obeys its schema. */
export function isFittingText(text: string, schema: JsonObject): boolean {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (text.length < Number(minLength) || text.length > Number(maxLength)) return false;
  return typeof pattern !== 'string' || toExpression(pattern).test(text);
}

/** JSON Schema means the `u` dialect; some who write patterns do not. */
function toExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern);
  }
}

/** A text as long as its schema wants it. */
export function toFittingText(text: string, { minLength = 0, maxLength = Infinity }: JsonObject): string {
  return text.slice(0, Number(maxLength)).padEnd(Number(minLength), '.');
}

export function isFittingNumber(value: number, schema: JsonObject): boolean {
  return toFittingNumber(value, schema) === value;
}

/** The nearest number that a schema allows. */
export function toFittingNumber(value: number, schema: JsonObject): number {
  const step = Number(schema['multipleOf'] ?? (schema['type'] === 'integer' ? 1 : 0));
  const least = lowest(schema, step);
  const most = highest(schema, step);
  const rounded = step === 0 ? value : Math.round(value / step) * step;
  if (rounded < least) return step === 0 ? least : Math.ceil(least / step) * step;
  if (rounded > most) return step === 0 ? most : Math.floor(most / step) * step;
  return rounded;
}

/** In place of an open end: what is this much inside of it. */
const SMALL = 1e-6;

function lowest({ minimum = -Infinity, exclusiveMinimum = -Infinity }: JsonObject, step: number): number {
  return Math.max(Number(minimum), Number(exclusiveMinimum) + (step || SMALL));
}

function highest({ maximum = Infinity, exclusiveMaximum = Infinity }: JsonObject, step: number): number {
  return Math.min(Number(maximum), Number(exclusiveMaximum) - (step || SMALL));
}
