import type { RequestPart, RetryPromptPart, ToolCallPart } from '../../common/messages';
import type { PartDescriptor } from '../../common/transcript';
import type { CallVerdict } from '../../common/wire';
import type { RoundVerdict } from './end-strategy';
import type { ToolOutcomes } from './tool-outcome';
import type { JudgedCall } from './state';

export const FINAL_RESULT_PROCESSED = 'Final result processed.';
export const OUTPUT_TOOL_NOT_USED = 'Output tool not used - a final result was already processed.';
export const OUTPUT_SET_ASIDE =
  'Output not used as the final result - addressing tool retries from this round first.';

/** What the transcript says in answer to one call, and how history records it. */
export interface SettledPart {
  readonly descriptor: PartDescriptor;
  readonly part: RequestPart;
}

export function toSettledPart(judged: JudgedCall, outcomes: ToolOutcomes, round: RoundVerdict): SettledPart {
  const { call, verdict } = judged;
  if (verdict !== undefined) {
    const part = toAnswer(judged, verdict, round);
    return { descriptor: part, part };
  }
  const outcome = outcomes[judged.position];
  if (outcome?.kind !== 'result') throw new Error(`tool call '${call.toolCallId}' has no result`);
  return { descriptor: { result: outcome.result.id }, part: outcome.part };
}

function toAnswer({ call, position }: JudgedCall, verdict: CallVerdict, round: RoundVerdict): RequestPart {
  if ('unknownTool' in verdict) return retryPrompt(call, verdict.unknownTool);
  if ('invalid' in verdict) return retryPrompt(call, verdict.invalid);
  if (position === round.final?.position) return stub(call, FINAL_RESULT_PROCESSED);
  if (round.final !== undefined && position > round.final.position) return stub(call, OUTPUT_TOOL_NOT_USED);
  if ('invalid' in verdict.output) return retryPrompt(call, verdict.output.invalid);
  return stub(call, OUTPUT_SET_ASIDE);
}

function retryPrompt(
  { toolName, toolCallId }: ToolCallPart,
  content: RetryPromptPart['content'],
): RequestPart {
  return { kind: 'retry-prompt', content, toolName, toolCallId };
}

function stub({ toolName, toolCallId }: ToolCallPart, content: string): RequestPart {
  return { kind: 'tool-return', toolName, toolCallId, content, outcome: 'success' };
}
