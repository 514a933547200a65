import type { Model } from '../../../common/model';
import type { OpenAIModelOptions } from './client';
import { fromResponses } from './from-responses';
import { createModel } from './request';
import { toResponsesBody } from './to-responses-body';

/**
 * A model behind OpenAI's Responses API, which keeps what a reasoning model thought between requests. Its name is
 * `openai:NAME`. The API has no place for `seed`, `stopSequences` and the two penalties; they are not sent.
 */
export function openAIResponsesModel(name: string, options: OpenAIModelOptions = {}): Model {
  const api = { path: '/responses', toBody: toResponsesBody, fromBody: fromResponses } as const;
  return createModel(api, { model: `openai:${name}`, name }, options);
}
