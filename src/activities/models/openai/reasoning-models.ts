/**
 * Whether OpenAI's model reasons, and so has reasoning items that it wants back. By name, as in the reference: the API
 * refuses `reasoning.encrypted_content` for models that do not.
 */
export function isReasoningModel(name: string): boolean {
  const base = name.replace(/^ft:/, '').replace(/^openai\//, '');
  return /^(o\d|gpt-([5-9]|\d\d))/.test(base) && !base.includes('-chat');
}
