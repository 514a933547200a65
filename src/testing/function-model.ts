import type { ModelMessage, ModelResponse } from '../common/messages';
import type { Model, ModelRequestParameters } from '../common/model';
import { toModelResponse, type Answer } from './answer';

/** Answers a request; may wait, and may throw what a provider would. */
export type ModelFunction = (
  messages: readonly ModelMessage[],
  parameters: ModelRequestParameters,
) => Answer | Promise<Answer>;

export interface FunctionModelOptions {
  /** @default 'function' */
  readonly name?: string;
  /** Counts the input tokens of a request before it is sent, as a provider would. @default the model cannot */
  readonly countTokens?: (
    messages: readonly ModelMessage[],
    parameters: ModelRequestParameters,
  ) => number | Promise<number>;
}

/**
 * A model that is a function of yours. For tests across processes: it decides from the messages alone, so it goes on
 * where a worker that died left off.
 */
export function functionModel(
  answer: ModelFunction,
  { name = 'function', countTokens }: FunctionModelOptions = {},
): Model {
  return {
    name,
    request: async (messages, parameters): Promise<ModelResponse> =>
      toModelResponse(await answer(messages, parameters), { name, messages }),
    ...(countTokens === undefined
      ? {}
      : { countTokens: async (messages, parameters) => countTokens(messages, parameters) }),
  };
}
