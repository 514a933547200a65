import type { ModelMessage, ModelResponse } from '../common/messages';
import type { Model, ModelRequestParameters } from '../common/model';
import { toModelResponse, type Answer } from './answer';

/** Answers a request; may wait, and may throw what a provider would. */
export type ModelFunction = (
  messages: readonly ModelMessage[],
  parameters: ModelRequestParameters,
) => Answer | Promise<Answer>;

/**
 * A model that is a function of yours. For tests across processes: it decides from the messages alone, so it goes on
 * where a worker that died left off.
 */
export function functionModel(
  answer: ModelFunction,
  { name = 'function' }: { readonly name?: string } = {},
): Model {
  return {
    name,
    request: async (messages, parameters): Promise<ModelResponse> =>
      toModelResponse(await answer(messages, parameters), { name, messages }),
  };
}
