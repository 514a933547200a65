import type { Model } from '../../../common/model';
import type { OpenAIModelOptions } from './client';
import { fromChat } from './from-chat';
import { fromChatEvents } from './from-chat-events';
import { type Api, createModel } from './request';
import { toChatBody } from './to-chat-body';

const CHAT: Api = {
  path: '/chat/completions',
  toBody: toChatBody,
  fromBody: fromChat,
  // Without that, a stream tells no usage.
  streamFields: { stream: true, stream_options: { include_usage: true } },
  fromEvents: fromChatEvents,
};

/**
 * A model behind OpenAI's Chat Completions API, or behind a server that speaks it: Ollama, vLLM, llama.cpp, OpenRouter.
 * Its name is `openai-chat:NAME`. The API has no place for `reasoningSummary`; it is not sent. Nor does it count tokens
 * before a request, and a count of our own would be a guess: `countTokensBeforeRequest` needs an `openai:NAME` model.
 */
export function openAIChatModel(name: string, options: OpenAIModelOptions = {}): Model {
  return createModel(CHAT, { model: `openai-chat:${name}`, name }, options);
}
