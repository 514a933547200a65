import { isJsonObject, type JsonObject, type JsonValue } from '../../common/json';
import type { OutputVerdict } from '../../common/wire';

export type AcceptedOutput = Exclude<OutputVerdict, { invalid: unknown }>;

/** The value of an accepted output: recorded on its own, or what the model wrote. */
export function toOutput(verdict: AcceptedOutput, written: string | JsonObject): JsonValue {
  if ('value' in verdict) return verdict.value;
  if (verdict.as === 'text') return written;
  const parsed = typeof written === 'string' ? parseWritten(written) : written;
  return verdict.as === 'wrapped' && isJsonObject(parsed) ? (parsed['response'] ?? null) : parsed;
}

/** Models write nothing at all where they mean no arguments. */
function parseWritten(written: string): JsonValue {
  return written === '' ? {} : (JSON.parse(written) as JsonValue); // what JSON.parse returns is JSON
}
