// Talks to OpenAI and to what speaks its APIs; nothing outside this folder imports the `openai` package.
export { openAIChatModel } from './chat-model';
export { openAIResponsesModel } from './responses-model';
export type { OpenAIModelOptions } from './client';
