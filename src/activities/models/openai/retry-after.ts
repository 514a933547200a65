/** The longest wait that a server may ask for, in milliseconds: 10 minutes. */
export const MAX_RETRY_AFTER = 10 * 60_000;

/**
 * How long the server asked to wait, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date.
 * What is negative, past or unreadable counts as not asked.
 */
export function fromRetryAfter(headers: Headers | undefined, now: number): number | undefined {
  const after = headers?.get('retry-after') ?? '';
  const wait =
    toNumber(headers?.get('retry-after-ms') ?? '', 1) ?? toNumber(after, 1000) ?? untilDate(after, now);
  return wait === undefined ? undefined : Math.min(Math.ceil(wait), MAX_RETRY_AFTER);
}

function toNumber(text: string, unit: number): number | undefined {
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * unit : undefined;
}

function untilDate(text: string, now: number): number | undefined {
  // `Date.parse` takes '-5' for a year; an HTTP date always names its weekday.
  const wait = /^\s*[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) - now : NaN;
  return wait > 0 ? wait : undefined;
}
