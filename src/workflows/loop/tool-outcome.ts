import type { RequestPart, ToolCallPart } from '../../common/messages';
import type { PartDescriptor } from '../../common/transcript';
import { contentId, type ToolCallResult, toToolContentPart, toToolPart } from '../../common/wire';
import type { RunFailure } from './failures';
import type { JudgedCall } from './state';

/** A part of the next request, and how history records it. */
export interface SettledPart {
  readonly descriptor: PartDescriptor;
  readonly part: RequestPart;
}

/** What became of a tool call that was carried out: something for the model to read, or the end of the run. */
export type ToolOutcome =
  | {
      readonly kind: 'answer';
      readonly answer: SettledPart;
      /** What the tool wants the model to read as if the user had said it. */
      readonly content?: SettledPart;
    }
  | { readonly kind: 'failure'; readonly failure: RunFailure };

/** By position among the calls of the response; nothing for a call that was not carried out. */
export type ToolOutcomes = readonly (ToolOutcome | undefined)[];

/** The outcome of a tool activity that returned. */
export function toToolOutcome(call: ToolCallPart, result: ToolCallResult): ToolOutcome {
  const answer = { descriptor: { result: result.id }, part: toToolPart(call, result) };
  const part = toToolContentPart(result);
  if (part === undefined) return { kind: 'answer', answer };
  return { kind: 'answer', answer, content: { descriptor: { result: contentId(result.id) }, part } };
}

/** The outcome of a tool whose failure is told to the model instead of ending the run. */
export function toReportedOutcome({ toolName, toolCallId }: ToolCallPart, content: string): ToolOutcome {
  const part: RequestPart = { kind: 'tool-return', toolName, toolCallId, content, outcome: 'failed' };
  return { kind: 'answer', answer: { descriptor: part, part } };
}

export function isSuccess(outcome: ToolOutcome | undefined): boolean {
  if (outcome?.kind !== 'answer') return false;
  const { part } = outcome.answer;
  return part.kind === 'tool-return' && part.outcome === 'success';
}

/** Whether the model has to call this function again: its arguments were invalid, or the tool asked for it. */
export function asksForRetry({ position, verdict }: JudgedCall, outcomes: ToolOutcomes): boolean {
  if (verdict !== undefined) return 'invalid' in verdict;
  const outcome = outcomes[position];
  return outcome?.kind === 'answer' && outcome.answer.part.kind === 'retry-prompt';
}
