// Needs a real Temporal server. The regions are quoted in docs/conversations.md.
import { randomUUID } from 'node:crypto';
import {
  ConversationBusyError,
  ConversationClosedError,
  defineAgent,
  TurnConflictError,
  UsageLimitExceededError,
} from 'perdure';
import type { Conversation } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { type Served, serve } from '../support/serve';

const model = functionModel((messages) => `I have seen ${messages.length} messages.`);
const support = defineAgent({ name: 'support', model, deps: z.object({ customer: z.number() }).optional() });
const billing = defineAgent({ name: 'billing', model, output: z.string() });

let served: Served;
let id: string;

beforeEach(async () => {
  served = await serve([support, billing]);
  id = `customer-${randomUUID()}`;
});

afterEach(() => served.stop());

function begin(): Conversation<typeof support> {
  return served.client.conversation(support, id);
}

describe('the documents show', () => {
  it('how to begin a conversation', async () => {
    const { client } = served;
    // #region begin
    const chat = client.conversation(support, id, {
      deps: { customer: 7 }, // for turns that bring none
      usageLimits: { costLimit: null, totalTokensLimit: 2_000_000 }, // for all turns together
      idleTimeout: '30d', // closes by itself
    });
    const { output, usage, conversationUsage } = await chat.send('Where is order 42?', {
      turnId: 'msg-1001', // of your message: safe to repeat
      usageLimits: { requestLimit: 10 }, // for this turn
    });
    // #endregion begin
    expect(output).toBe('I have seen 1 messages.');
    expect([usage.requests, conversationUsage.requests]).toEqual([1, 1]);
  });

  it('how to leave a turn alone', async () => {
    const chat = begin();
    // #region leave
    const turn = await chat.sendAsync('Sum up all my orders.', { turnId: 'msg-1002' });
    const status = await turn.status(); // queued, running, completed, failed or cancelled
    const { output } = await chat.turn('msg-1002').result({ timeout: '1h' }); // in any process
    // #endregion leave
    expect(status).toBeDefined();
    expect(output).toBe('I have seen 1 messages.');
  });

  it('what may go wrong', async () => {
    const chat = begin();
    await chat.send('Hello', { turnId: 'msg-1' });
    const told: string[] = [];
    const answer = (text: string): number => told.push(text);
    const attempts = [
      () => chat.send('Something else', { turnId: 'msg-1' }),
      () => chat.send('More', { usageLimits: { requestLimit: 0 } }),
    ];
    for (const attempt of attempts) {
      // #region errors
      try {
        await attempt();
      } catch (error) {
        if (error instanceof TurnConflictError) answer(`${error.turnId} was another question`);
        else if (error instanceof ConversationBusyError) answer(`${error.runningTurnId} is not done yet`);
        else if (error instanceof ConversationClosedError) answer(`closed: ${error.reason}`);
        else if (error instanceof UsageLimitExceededError) answer(`${error.limit} is reached`);
        else throw error;
      }
      // #endregion errors
    }
    expect(told).toEqual(['msg-1 was another question', 'request_limit is reached']);
  });

  it('how to read a conversation', async () => {
    const chat = begin();
    for (const word of ['a', 'b', 'c']) await chat.send(word);
    // #region read
    const last = await chat.messages({ from: -20 }); // the last twenty
    const before = await chat.messages({ from: Math.max(0, last.from - 20), limit: 20 });
    const turns = await chat.turns(); // { id, agent, status, usage, from, to, prompt, … }
    const status = await chat.status(); // absent, idle, busy or closed
    const { totalTokens } = await chat.usage();
    // #endregion read
    expect([last.length, last.from, last.total, before.length]).toEqual([6, 0, 6, 6]);
    expect(turns.map(({ prompt }) => prompt)).toEqual(['a', 'b', 'c']);
    expect([status, totalTokens]).toEqual(['idle', 45]);
  });

  it('how to go back and sideways', async () => {
    const chat = begin();
    const other = `${id}-2`;
    for (const turnId of ['msg-1', 'msg-2', 'msg-3']) await chat.send(turnId, { turnId });
    // #region changes
    const better = await chat.retry({ modelSettings: { temperature: 1 } }); // the last turn, once more
    const branch = await chat.fork({ at: 'msg-2', id: other }); // another conversation, from there on
    const left = await chat.rewind({ to: 'msg-1' }); // what came after it was never said
    // #endregion changes
    expect(better.output).toBe('I have seen 5 messages.');
    expect(left).toBe(2);
    await expect(branch.messages()).resolves.toHaveLength(4);
  });

  it('how to let another agent answer', async () => {
    const chat = begin();
    await chat.send('My bill is wrong.');
    // #region agents
    const { output } = await chat.send('Please correct it.', { agent: billing });
    // #endregion agents
    expect(output).toBe('I have seen 3 messages.');
  });

  it('how to close a conversation, keep it, and have it back', async () => {
    const { client } = served;
    const chat = begin();
    const copyId = `${id}-copy`;
    await chat.send('Hello');
    // #region ends
    await chat.close('solved');
    await chat.reopen(); // while the namespace retains it
    const json = JSON.stringify(await chat.export()); // kept anywhere
    const copy = await client.importConversation(support, copyId, json);
    // #endregion ends
    await expect(chat.send('Still there?')).resolves.toMatchObject({ output: 'I have seen 3 messages.' });
    await expect(copy.send('And you?')).resolves.toMatchObject({ output: 'I have seen 3 messages.' });
  });
});
