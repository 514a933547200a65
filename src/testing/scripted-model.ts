import { ModelRequestError } from '../common/errors';
import type { ModelMessage } from '../common/messages';
import type { Model, ModelRequestParameters } from '../common/model';
import { type Answer, toModelResponse } from './answer';

/** An answer, or an error to throw in its place. */
export type ScriptEntry = Answer | Error;

/** A request that a scripted model was sent. */
export interface RecordedRequest {
  readonly messages: readonly ModelMessage[];
  readonly parameters: ModelRequestParameters;
}

export interface ScriptedModel extends Model {
  /** Every request until now, also those that were answered by an error. */
  readonly requests: readonly RecordedRequest[];
  /** @throws {Error} when a part of the script was not asked for. */
  assertFinished(): void;
}

/**
 * A model that gives the answers of a script, one after the other. Loud when it is asked too often (the request fails,
 * without a retry) and, by `assertFinished`, when it is asked too seldom.
 */
export function scriptedModel(
  script: readonly ScriptEntry[],
  { name = 'scripted' }: { readonly name?: string } = {},
): ScriptedModel {
  const requests: RecordedRequest[] = [];
  return {
    name,
    requests,
    request: async (messages, parameters) => {
      const entry = script[requests.length];
      requests.push({ messages, parameters });
      if (entry === undefined) throw tooOften(name, script.length);
      if (entry instanceof Error) throw entry;
      return toModelResponse(entry, { name, messages });
    },
    assertFinished: () => {
      if (requests.length >= script.length) return;
      throw new Error(
        `model '${name}' has a script of ${script.length} answers and was asked for ${requests.length}`,
      );
    },
  };
}

function tooOften(name: string, length: number): ModelRequestError {
  const message = `model '${name}' was asked more often than its script has answers (${length})`;
  return new ModelRequestError(message, { model: name, retryable: false });
}
