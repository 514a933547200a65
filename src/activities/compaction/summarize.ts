import type { Summarize } from '../../common/compaction';
import { ModelRequestError } from '../../common/errors';
import { type ModelMessage, type ModelRequest, type ModelResponse, textOf } from '../../common/messages';
import { estimateTextTokens, estimateTokens } from '../../common/token-estimate';
import type { ResponseUsage } from '../../common/usage';
import { cutMiddle } from './cut-middle';
import { type Measured, sumOf } from './measure';
import { type Selection, selectMessages, tokensOf } from './selection';
import { isSummary, SUMMARY_FRAME_TOKENS, toSummaryMessage } from './summary-message';
import { toInstructions, toMaterial } from './summary-request';

/** Asks a model; the messages are one request that holds all. */
export type AskForSummary = (
  messages: readonly ModelMessage[],
  instructions: string,
) => Promise<ModelResponse>;

export interface SummaryOptions {
  readonly target: number;
  /** How many tokens the request for the summary may have. */
  readonly askBudget: number;
  /** Names the model in errors. */
  readonly model: string;
  readonly ask: AskForSummary;
}

/** For the summary, of what the conversation is to come down to; at most so many tokens. */
const SUMMARY_SHARE = 0.2;
const MAX_SUMMARY_TOKENS = 2_000;

/** A summary may always have these. */
const MIN_SUMMARY_TOKENS = 50;

/** What is shorter is not worth a request. */
const MIN_SUMMARIZED_TOKENS = 200;

/** Of the budget; the rest is for the answer, and for estimates that are off. */
const MATERIAL_SHARE = 0.75;

export interface Summarized {
  readonly messages: readonly ModelMessage[];
  /** Absent when no model was asked. */
  readonly usage?: ResponseUsage;
}

/** The messages that stay, with a summary of the others right before the last ones. */
export async function summarizeMessages(
  measured: Measured,
  strategy: Summarize,
  options: SummaryOptions,
): Promise<Summarized> {
  const { messages } = measured;
  const { keepLast, keepFirst, maxTokens = Infinity } = strategy;
  const reserved = Math.min(maxTokens, MAX_SUMMARY_TOKENS, options.target * SUMMARY_SHARE);
  const selection = selectMessages(measured, { keepLast, keepFirst, target: options.target - reserved });
  if (selection === undefined || !isWorthIt(measured, selection)) return { messages };
  const response = await askForSummary({ measured, selection, reserved }, strategy, options);
  const left = Math.max(reserved, options.target - tokensOf(measured, selection));
  const summary = cutMiddle(summaryOf(response, options.model), roomFor(measured, selection, left));
  return { messages: withSummary(messages, selection, toSummaryMessage(summary)), usage: response.usage };
}

/** Summaries of summaries alone would go on for ever. */
function isWorthIt(measured: Measured, selection: Selection): boolean {
  const news = removedBy(measured, selection).filter((message) => !isSummary(message));
  return sumOf(news.map(estimateTokens)) >= MIN_SUMMARIZED_TOKENS;
}

function removedBy({ messages }: Measured, { head, tail, prompt }: Selection): readonly ModelMessage[] {
  return messages.slice(head, tail).filter((_, index) => head + index !== prompt);
}

interface Asking {
  readonly measured: Measured;
  readonly selection: Selection;
  readonly reserved: number;
}

function askForSummary(
  { measured, selection, reserved }: Asking,
  { instructions: whatToKeep, maxTokens = 0 }: Summarize,
  { ask, askBudget }: SummaryOptions,
): Promise<ModelResponse> {
  const { messages, scale } = measured;
  const { head, tail } = selection;
  const instructions = toInstructions(whatToKeep, reserved);
  const room = Math.min(askBudget * MATERIAL_SHARE, askBudget - maxTokens) / Math.max(1, scale);
  const frame = estimateTextTokens(instructions) + estimateTokens(toPrompt(''));
  const tokens = Math.max(MIN_SUMMARIZED_TOKENS, Math.floor(room) - frame);
  const material = toMaterial(messages.slice(0, head), messages.slice(head, tail), tokens);
  return ask([toPrompt(material)], instructions);
}

function toPrompt(content: string): ModelRequest {
  return { kind: 'request', parts: [{ kind: 'user-prompt', content }] };
}

/** @throws {ModelRequestError} when there is none: without it, what was said would be lost. */
function summaryOf(response: ModelResponse, model: string): string {
  const summary = textOf(response)?.trim() ?? '';
  if (summary !== '') return summary;
  const { finishReason } = response;
  const reason = finishReason === undefined ? '' : ` (finish reason '${finishReason}')`;
  throw new ModelRequestError(`${model}: asked for a summary, the model answered with no text${reason}`, {
    model,
    retryable: finishReason !== 'content_filter',
  });
}

/** In estimated tokens: what is left, but less than what the summary replaces. */
function roomFor(measured: Measured, selection: Selection, left: number): number {
  const removed = sumOf(removedBy(measured, selection).map(estimateTokens));
  const room = Math.max(MIN_SUMMARY_TOKENS, Math.floor(left / measured.scale) - SUMMARY_FRAME_TOKENS);
  return Math.min(room, removed - SUMMARY_FRAME_TOKENS);
}

function withSummary(
  messages: readonly ModelMessage[],
  { head, tail, prompt }: Selection,
  summary: ModelMessage,
): readonly ModelMessage[] {
  const asked = prompt === undefined ? [] : messages.slice(prompt, prompt + 1);
  return [...messages.slice(0, head), ...asked, summary, ...messages.slice(tail)];
}
