import type { z } from 'zod';
import type { JsonObject, JsonValue } from '../common/json';
import type { ValidationIssue } from '../common/messages';
import { toIssues } from '../common/options';
import { runHook } from './run-hook';
import { toBoundedIssues } from './validation-issues';

export type ParsedArguments =
  | { readonly valid: true; readonly value: unknown; readonly json: JsonValue }
  | { readonly valid: false; readonly issues: readonly ValidationIssue[] };

/** Validates what a model wrote as arguments; nothing at all counts as `{}`. */
export async function parseArguments(
  schema: z.ZodType,
  written: string | JsonObject,
  field: string,
): Promise<ParsedArguments> {
  const json = toJson(written);
  if (json === undefined) return invalid([{ path: '', message: 'Invalid JSON' }]);
  const parsed = await runHook(field, () => schema.safeParseAsync(json)); // a schema's own functions may throw
  return parsed.success ? { valid: true, value: parsed.data, json } : invalid(toIssues(parsed.error));
}

function invalid(issues: readonly ValidationIssue[]): ParsedArguments {
  return { valid: false, issues: toBoundedIssues(issues) };
}

function toJson(written: string | JsonObject): JsonValue | undefined {
  if (typeof written !== 'string') return written;
  if (written === '') return {};
  try {
    return JSON.parse(written) as JsonValue; // what JSON.parse returns is JSON
  } catch {
    return undefined;
  }
}
