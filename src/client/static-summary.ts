import { toOneLine } from '../common/json';
import type { UserPrompt } from '../common/messages';
import { MAX_SUMMARY_LENGTH } from '../common/size-limits';

/** What the UI's list shows: what the caller says, or else the first line of the prompt. */
export function toStaticSummary(
  summary: string | false | undefined,
  prompt: UserPrompt | undefined,
): { staticSummary?: string } {
  const text = summary ?? firstLineOf(prompt);
  // The server refuses to start a workflow whose summary is too long for it.
  const staticSummary = text === false ? '' : toOneLine(text, MAX_SUMMARY_LENGTH);
  return staticSummary === '' ? {} : { staticSummary };
}

function firstLineOf(prompt: UserPrompt | undefined): string {
  const text = typeof prompt === 'string' ? prompt : prompt?.find((part) => part.kind === 'text')?.text;
  return text?.trim().split('\n', 1)[0] ?? '';
}
