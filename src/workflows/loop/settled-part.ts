import type { RequestPart, RetryPromptPart, ToolCallPart } from '../../common/messages';
import type { CallVerdict, OutputVerdict } from '../../common/wire';
import type { RoundVerdict } from './end-strategy';
import type { JudgedCall } from './state';
import type { SettledPart, ToolOutcomes } from './tool-outcome';

export const FINAL_RESULT_PROCESSED = 'Final result processed.';
export const TOOL_NOT_EXECUTED = 'Tool not executed - a final result was already processed.';
export const TOOL_BEYOND_LIMIT = 'Tool not executed - the limit on tool calls was reached.';
export const OUTPUT_TOOL_NOT_USED = 'Output tool not used - a final result was already processed.';
export const OUTPUT_INVALID_NOT_USED = 'Output tool not used - output failed validation.';
export const OUTPUT_NOT_FINAL =
  'Output tool processed, but its value will not be the final result of the agent run.';
export const OUTPUT_SET_ASIDE =
  'Output not used as the final result - addressing tool retries from this round first.';

type Round = RoundVerdict & {
  /** Whether the model may still be asked for another output. */
  readonly outputRetryLeft: boolean;
};

/** What the transcript says in answer to one call. */
export function toSettledPart(judged: JudgedCall, outcomes: ToolOutcomes, round: Round): SettledPart {
  const outcome = outcomes[judged.position];
  if (outcome?.kind === 'answer') return outcome.answer;
  const part =
    judged.verdict === undefined ? notExecuted(judged, round) : toAnswer(judged, judged.verdict, round);
  return { descriptor: part, part };
}

/** Only a final answer with the strategy `early` keeps a valid call from being carried out. */
function notExecuted({ call }: JudgedCall, { final, strategy }: RoundVerdict): RequestPart {
  if (final === undefined || strategy !== 'early') {
    throw new Error(`tool call '${call.toolCallId}' has no result`);
  }
  return stub(call, TOOL_NOT_EXECUTED);
}

function toAnswer(judged: JudgedCall, verdict: CallVerdict, round: Round): RequestPart {
  if ('output' in verdict) return toOutputAnswer(judged, verdict.output, round);
  const { call } = judged;
  if (round.final !== undefined && round.strategy === 'early') return stub(call, TOOL_NOT_EXECUTED);
  return retryPrompt(call, 'unknownTool' in verdict ? verdict.unknownTool : verdict.invalid);
}

function toOutputAnswer({ call, position }: JudgedCall, verdict: OutputVerdict, round: Round): RequestPart {
  const { final, strategy } = round;
  if (position === final?.position) return stub(call, FINAL_RESULT_PROCESSED);
  const late = final !== undefined && position > final.position;
  if (late && strategy !== 'exhaustive') return stub(call, OUTPUT_TOOL_NOT_USED);
  if (!('invalid' in verdict)) return stub(call, late ? OUTPUT_NOT_FINAL : OUTPUT_SET_ASIDE);
  const skipped = final !== undefined && !round.outputRetryLeft;
  return skipped ? stub(call, OUTPUT_INVALID_NOT_USED) : retryPrompt(call, verdict.invalid);
}

function retryPrompt(
  { toolName, toolCallId }: ToolCallPart,
  content: RetryPromptPart['content'],
): RequestPart {
  return { kind: 'retry-prompt', content, toolName, toolCallId };
}

export function stub({ toolName, toolCallId }: ToolCallPart, content: string): RequestPart {
  return { kind: 'tool-return', toolName, toolCallId, content, outcome: 'success' };
}
