// The floor: the smallest agent loops that one would write by hand on Temporal.
import { condition, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';
import { INSTRUCTIONS } from '../task';
import type * as activities from './activities';
import type { Message } from './messages';

const { requestModel, continueConversation, readPage } = proxyActivities<typeof activities>({
  startToCloseTimeout: '10 minutes',
  retry: { maximumAttempts: 5 },
});

const send = defineUpdate<string, [prompt: string]>('send');

/** Survives a crash; its history grows with the square of its length. */
export async function floorWhole(prompt: string): Promise<string> {
  const messages = toMessages(prompt);
  for (;;) {
    const answer = await requestModel(messages);
    const results = await callTools(answer);
    if (results.length === 0) return textOf(answer);
    messages.push(answer, ...results);
  }
}

/** Its history grows linearly; it survives no crash. */
export async function floorDelta(prompt: string): Promise<string> {
  return answerTo(toMessages(prompt));
}

/** The same, turn after turn, for as long as the server lets it. */
export async function floorConversation(): Promise<void> {
  let isFirst = true;
  setHandler(send, (prompt) => {
    const messages = toMessages(prompt);
    if (!isFirst) messages.shift();
    isFirst = false;
    return answerTo(messages);
  });
  await condition(() => false);
}

async function answerTo(messages: Message[]): Promise<string> {
  let added = messages;
  for (;;) {
    const message = await continueConversation(added);
    added = await callTools(message);
    if (added.length === 0) return textOf(message);
  }
}

function toMessages(prompt: string): Message[] {
  return [
    { role: 'system', content: INSTRUCTIONS },
    { role: 'user', content: prompt },
  ];
}

async function callTools(answer: Message): Promise<Message[]> {
  const calls = 'tool_calls' in answer ? (answer.tool_calls ?? []) : [];
  return Promise.all(
    calls.map(async (call): Promise<Message> => {
      if (call.type !== 'function') throw new Error('the model called an unknown kind of tool');
      return { role: 'tool', tool_call_id: call.id, content: await readPage(call.function.arguments) };
    }),
  );
}

function textOf({ content }: Message): string {
  return typeof content === 'string' ? content : '';
}
