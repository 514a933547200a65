import type { OpenAI } from 'openai';

export type Message = OpenAI.Chat.ChatCompletionMessageParam;

export type ToolCall = OpenAI.Chat.ChatCompletionMessageToolCall;
