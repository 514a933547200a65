import { ApplicationFailure } from '@temporalio/common';
import OpenAI from 'openai';
import { MODEL, TOOL } from '../task';
import type { Message } from './messages';

const openai = new OpenAI({ apiKey: 'none', baseURL: process.env['OPENAI_BASE_URL'] ?? '', maxRetries: 0 });

const READ_PAGE: OpenAI.Chat.ChatCompletionTool = {
  type: 'function',
  function: {
    ...TOOL,
    parameters: {
      type: 'object',
      properties: { page: { type: 'number' }, bytes: { type: 'number' } },
      required: ['page', 'bytes'],
      additionalProperties: false,
    },
    strict: true,
  },
};

/** One request, and what it was answered. Retries are Temporal's, after as long as the provider asks for. */
export async function requestModel(messages: Message[]): Promise<Message> {
  try {
    const { choices } = await openai.chat.completions.create({
      model: MODEL,
      messages,
      tools: [READ_PAGE],
      tool_choice: 'auto',
    });
    const message = choices[0]?.message;
    if (message === undefined) throw new Error('the model gave no answer');
    return message;
  } catch (error) {
    if (!(error instanceof OpenAI.RateLimitError)) throw error;
    const seconds = Number(error.headers.get('retry-after'));
    throw ApplicationFailure.create({ message: error.message, nextRetryDelay: seconds * 1000 });
  }
}
