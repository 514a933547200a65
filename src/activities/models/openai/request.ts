import type { JsonObject } from '../../../common/json';
import type { ModelMessage, ModelResponse } from '../../../common/messages';
import type { Model, ModelRequestParameters } from '../../../common/model';
import { classifyError } from './classify-error';
import { clientFor, type OpenAIModelOptions } from './client';
import { withExtraBody } from './extra-body';
import { readAnswer } from './read-answer';
import type { StreamEvents } from './read-events';
import { fromTokenCount } from './token-count';

/** What tells one API of OpenAI from the other. */
export interface Api {
  readonly path: '/chat/completions' | '/responses';
  readonly toBody: (
    name: string,
    messages: readonly ModelMessage[],
    parameters: ModelRequestParameters,
  ) => object;
  readonly fromBody: (body: unknown) => ModelResponse;
  /** The fields that ask for a stream. */
  readonly streamFields: JsonObject;
  /** The body that a stream amounts to. */
  readonly fromEvents: (events: StreamEvents) => Promise<JsonObject>;
  /** Where the provider counts the tokens of a body, if it does. */
  readonly counter?: { readonly path: string; readonly toBody: (body: object) => object };
}

interface ModelNames {
  /** What users and errors call it. */
  readonly model: string;
  /** What the API calls it. */
  readonly name: string;
}

/** What is asked of the provider, and how its answer is understood. */
interface Question<Answer> {
  readonly path: string;
  readonly toBody: () => object;
  readonly fromBody: (body: unknown) => Answer;
}

/** A model behind one of the APIs. */
export function createModel(api: Api, { model, name }: ModelNames, options: OpenAIModelOptions): Model {
  const { path, fromBody, counter, streamFields } = api;

  async function ask<Answer>(
    { signal, settings }: ModelRequestParameters,
    question: Question<Answer>,
  ): Promise<Answer> {
    signal.throwIfAborted();
    const client = clientFor(options, model);
    try {
      const headers = settings.extraHeaders ?? {};
      const sent = { body: question.toBody(), headers, signal, maxRetries: 0 };
      // Not `create`, which trips over a body that is no JSON before it can be told what it is.
      const answer = await client.post(question.path, sent).asResponse();
      return question.fromBody(await readAnswer(answer, api.fromEvents));
    } catch (error) {
      signal.throwIfAborted();
      throw classifyError(error, { model, secrets: [options.apiKey, client.apiKey] });
    }
  }

  return Object.freeze<Model>({
    name: model,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    request: (messages, parameters) => {
      const toBody = (): object => api.toBody(name, messages, parameters);
      // The body last: it holds what the user asked for in so many words.
      const toStreamBody = (): object => withExtraBody(streamFields, toBody());
      return ask(parameters, { path, toBody: options.stream === true ? toStreamBody : toBody, fromBody });
    },
    ...(counter === undefined
      ? {}
      : {
          countTokens: (messages, parameters) => {
            const toBody = (): object => counter.toBody(api.toBody(name, messages, parameters));
            return ask(parameters, { path: counter.path, toBody, fromBody: fromTokenCount });
          },
        }),
  });
}
