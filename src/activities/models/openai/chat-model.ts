import type { Model } from '../../../common/model';
import type { OpenAIModelOptions } from './client';
import { fromChat } from './from-chat';
import { createModel } from './request';
import { toChatBody } from './to-chat-body';

/**
 * A model behind OpenAI's Chat Completions API, or behind a server that speaks it: Ollama, vLLM, llama.cpp, OpenRouter.
 * Its name is `openai-chat:NAME`. The API has no place for `reasoningSummary`; it is not sent.
 */
export function openAIChatModel(name: string, options: OpenAIModelOptions = {}): Model {
  const api = { path: '/chat/completions', toBody: toChatBody, fromBody: fromChat } as const;
  return createModel(api, { model: `openai-chat:${name}`, name }, options);
}
