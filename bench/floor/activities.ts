import { activityInfo } from '@temporalio/activity';
import { LRUCache } from 'lru-cache';
import { readPage as read, type Page } from '../task';
import type { Message } from './messages';
import { requestModel } from './request-model';

export { requestModel };

/** As many as this library's worker holds of usual ones; nothing brings back what is forgotten. */
const MAX_CONVERSATIONS = 5_000;

/** By workflow. */
const conversations = new LRUCache<string, Message[]>({ max: MAX_CONVERSATIONS });

/** Adds to what this process remembers, and asks the model. */
export async function continueConversation(added: Message[]): Promise<Message> {
  const id = activityInfo().workflowExecution?.workflowId ?? '';
  const messages = [...(conversations.get(id) ?? []), ...added];
  const answer = await requestModel(messages);
  conversations.set(id, [...messages, answer]);
  return answer;
}

/** The tool. */
export async function readPage(args: string): Promise<string> {
  return read(JSON.parse(args) as Page); // a hand-written loop trusts its model
}
