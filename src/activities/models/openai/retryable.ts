/** Statuses after which the same request can succeed. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** Codes that say the same of a failed response that came with a 2xx. */
export const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'server_error',
  'rate_limit_exceeded',
  'vector_store_timeout',
  'failed_to_download_image',
]);

/** Codes that no waiting mends, whatever status or header they come with. */
export const LASTING_CODES: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'billing_not_active',
  'billing_hard_limit_reached',
  'context_length_exceeded',
]);
