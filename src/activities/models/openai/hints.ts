/** What to do about a refusal, where that is not obvious from the provider's own words. */
export function toHint(status: number, code: string | undefined): string {
  if (code === 'insufficient_quota') return 'Add credit to the account, or use another key.';
  if (code === 'context_length_exceeded') return 'Shorten the prompt or the message history.';
  if (status === 401) return 'Check OPENAI_API_KEY on the worker.';
  if (status === 404) return "Check the model's name and OPENAI_BASE_URL.";
  return '';
}
