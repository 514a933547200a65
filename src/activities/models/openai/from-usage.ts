import type { ResponseUsage } from '../../../common/usage';

const COUNTERS: Readonly<Record<string, Exclude<keyof ResponseUsage, 'details'>>> = {
  input_tokens: 'inputTokens',
  output_tokens: 'outputTokens',
  input_cached_tokens: 'cacheReadTokens',
  input_cache_write_tokens: 'cacheWriteTokens',
  output_reasoning_tokens: 'reasoningTokens',
};

/** The counters of either API's `usage`; what has no field of its own goes to `details`, zeros are left out. */
export function fromUsage(usage: unknown): ResponseUsage {
  const counters = new Map(countersOf(usage, ''));
  const total = (counters.get('input_tokens') ?? 0) + (counters.get('output_tokens') ?? 0);
  // Told apart only where it says more than the sum: Gemini counts hidden thoughts there and nowhere else.
  if (counters.get('total_tokens') === total) counters.delete('total_tokens');
  const named: Record<string, number> = {};
  const details: Record<string, number> = {};
  for (const [path, value] of counters) {
    const name = COUNTERS[path];
    if (name === undefined) details[path] = value;
    else named[name] = value;
  }
  return { ...named, ...(Object.keys(details).length === 0 ? {} : { details }) };
}

/** `prompt_tokens_details: { audio_tokens: 3 }` → `['input_audio_tokens', 3]`: both APIs' names, without the nesting. */
function countersOf(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return value === 0 ? [] : [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => countersOf(child, toCounterName(path, key)));
}

function toCounterName(path: string, key: string): string {
  if (path !== '') return `${path.replace(/_tokens_details$/, '')}_${key}`;
  return key.replace(/^prompt_/, 'input_').replace(/^completion_/, 'output_');
}
