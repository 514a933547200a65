import type { Model, ModelRequestParameters } from '../../../common/model';
import type { ModelMessage, ModelResponse } from '../../../common/messages';
import { classifyError } from './classify-error';
import { clientFor, type OpenAIModelOptions } from './client';

/** What tells one API of OpenAI from the other. */
export interface Api {
  readonly path: '/chat/completions' | '/responses';
  readonly toBody: (
    name: string,
    messages: readonly ModelMessage[],
    parameters: ModelRequestParameters,
  ) => object;
  readonly fromBody: (body: unknown) => ModelResponse;
}

interface ModelNames {
  /** What users and errors call it. */
  readonly model: string;
  /** What the API calls it. */
  readonly name: string;
}

/** A model behind one of the APIs. */
export function createModel(api: Api, { model, name }: ModelNames, options: OpenAIModelOptions): Model {
  return Object.freeze({
    name: model,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    async request(
      messages: readonly ModelMessage[],
      parameters: ModelRequestParameters,
    ): Promise<ModelResponse> {
      const { signal } = parameters;
      signal.throwIfAborted();
      const client = clientFor(options, model);
      try {
        const body = api.toBody(name, messages, parameters);
        const headers = parameters.settings.extraHeaders ?? {};
        // Not `create`, which trips over a body that is no JSON before it can be told what it is.
        return api.fromBody(await client.post<unknown>(api.path, { body, headers, signal, maxRetries: 0 }));
      } catch (error) {
        signal.throwIfAborted();
        throw classifyError(error, { model, secrets: [options.apiKey, client.apiKey] });
      }
    },
  });
}
