import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelMessage } from '../common/messages';
import type { ResponseUsage } from '../common/usage';
import type { Model, ModelRequestParameters } from '../common/model';
import { type Answer, type ScriptedCall, toModelResponse } from './answer';
import { readConversation } from './offline/conversation';
import { toOutputCall, toSummary } from './offline/final-answer';
import { nextCalls } from './offline/next-calls';

export interface OfflineModelOptions {
  /** @default 'offline' */
  readonly name?: string;
  /** How long each request takes, in milliseconds. @default 0 */
  readonly delay?: number;
  /** Told of each request before it is answered, repeated ones included. */
  readonly onRequest?: (messages: readonly ModelMessage[]) => void;
}

/**
 * A model without a network, for demos and first steps without a key. It understands nothing: by rule it calls each tool
 * once, with arguments found in the prompt and in what other tools returned, and makes an answer of the results. The
 * same messages get the same answer, so a run goes on with it wherever it left off.
 */
export function offlineModel({ name = 'offline', delay = 0, onRequest }: OfflineModelOptions = {}): Model {
  return {
    name,
    request: async (messages, parameters) => {
      const { signal } = parameters;
      signal.throwIfAborted();
      onRequest?.(messages);
      if (delay > 0) await sleep(delay, undefined, { signal });
      const answer = toAnswer(messages, parameters);
      return toModelResponse(
        { ...answer, usage: countTokens(answer, messages, parameters) },
        { name, messages },
      );
    },
  };
}

type FullAnswer = Extract<Answer, { readonly calls?: readonly ScriptedCall[] }>;

function toAnswer(messages: readonly ModelMessage[], parameters: ModelRequestParameters): FullAnswer {
  const { settings, instructions, tools, outputTools, allowTextOutput } = parameters;
  const conversation = readConversation(messages, instructions);
  const calls = settings.toolChoice === 'none' ? [] : nextCalls(tools, conversation);
  if (calls.length > 0) return { calls: settings.parallelToolCalls === false ? calls.slice(0, 1) : calls };
  const [outputTool] = outputTools;
  if (allowTextOutput || outputTool === undefined) return { text: toSummary(conversation) };
  return { calls: [toOutputCall(outputTool, conversation)] };
}

const CHARACTERS_PER_TOKEN = 4;

/** Plausible, not exact: tokens of English text are about four characters long. */
function countTokens(
  answer: FullAnswer,
  messages: readonly ModelMessage[],
  { instructions = '', tools, outputTools }: ModelRequestParameters,
): ResponseUsage {
  const count = (value: unknown): number => Math.ceil(JSON.stringify(value).length / CHARACTERS_PER_TOKEN);
  return { inputTokens: count([instructions, messages, tools, outputTools]), outputTokens: count(answer) };
}
