// Needs a real Temporal server. Conversations of which the model reads the last messages only.
import { randomUUID } from 'node:crypto';
import { defineAgent, keepLast, TurnNotKeptError } from 'perdure';
import type { Conversation } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { lastPromptOf, textsOf } from '../support/conversations';
import { type Served, serve } from '../support/serve';

/** Each turn has about 100 tokens; the model is shown about five. */
const PADDING = 'x'.repeat(180);

const shown: number[] = [];
const model = functionModel((messages) => {
  shown.push(messages.length);
  return {
    text: `${lastPromptOf(messages).slice(0, 3)}! ${PADDING}`,
    usage: { inputTokens: messages.length * 50 },
  };
});

const forgetful = defineAgent({
  name: 'forgetful',
  model,
  compaction: { strategy: keepLast({ messages: 4, keepFirst: 0 }), contextTokens: 600 },
  rollOver: { historyEvents: 40 },
});

let served: Served;
let chat: Conversation<typeof forgetful>;
const turns = Array.from({ length: 20 }, (_, index) => `t${String(index).padStart(2, '0')}`);

beforeAll(async () => {
  served = await serve([forgetful]);
  chat = served.client.conversation(forgetful, `forgetful-${randomUUID()}`);
  for (const turnId of turns) await chat.send(`${turnId} ${PADDING}`, { turnId });
});

afterAll(() => served.stop());

describe('a conversation that is compacted, and goes on in several workflow runs', () => {
  it('shows the model few messages, and keeps all', async () => {
    expect(Math.max(...shown)).toBeLessThan(16);
    const messages = await chat.messages();
    expect(messages).toMatchObject({ from: 0, total: 40, length: 40 });
    const starts = textsOf(messages).map((text) => text.slice(0, 4));
    expect(starts).toEqual(turns.flatMap((turn) => [`${turn} `, `${turn}!`]));
    const compacted = messages.map((message) => message.compacted === true);
    expect(compacted.lastIndexOf(true)).toBe(compacted.indexOf(false) - 1);
    expect(compacted.filter(Boolean).length).toBeGreaterThan(20);
    const page = await chat.messages({ from: 20, limit: 2 });
    expect(page.map((message) => message.kind)).toEqual(['request', 'response']);
    expect(textsOf(page)[0]).toMatch(/^t10/);
  });

  it('says when, and in which turn', async () => {
    const compactions = await chat.compactions();
    expect(compactions.length).toBeGreaterThan(1);
    expect(compactions[0]).toMatchObject({
      strategy: 'keepLast',
      turnId: expect.stringMatching(/^t\d\d$/) as string,
    });
  });

  it('knows the places of its turns, whether it is read as a whole or not', async () => {
    const known = await chat.turns();
    const whole = await chat.turns({ whole: true });
    expect(whole.map(({ id, from, to }) => [id, from, to])).toEqual(
      turns.map((id, index) => [id, 2 * index, 2 * index + 2]),
    );
    const placed = known.filter(({ from }) => from !== undefined);
    expect(placed.length).toBeGreaterThan(1);
    for (const { id, from, to } of placed) {
      expect(whole.find((turn) => turn.id === id)).toMatchObject({ from, to });
    }
    expect(known.map(({ id }) => id)).toEqual(turns);
  });

  it('does not go back to before what was compacted, and goes on from after it', async () => {
    const fork = (at: string): Promise<Conversation> => chat.fork({ at, id: `fork-${randomUUID()}` });
    await expect(fork('t01')).rejects.toThrow(TurnNotKeptError);
    await expect(chat.rewind({ to: 't01' })).rejects.toThrow(TurnNotKeptError);
    await expect(chat.rewind({ to: 't01' })).rejects.toMatchObject({ lost: 'messages', turnId: 't01' });
    const branch = await fork('t18');
    await expect(branch.send('new')).resolves.toMatchObject({ output: `new! ${PADDING}` });
    expect((await branch.messages()).total).toBe(40);
    const exported = await chat.export();
    expect(exported.messages.length + exported.shift).toBe(40);
    const copy = await served.client.importConversation(forgetful, `copy-${randomUUID()}`, exported);
    await expect(copy.send('new')).resolves.toMatchObject({ output: `new! ${PADDING}` });
    expect((await copy.messages()).total).toBe(42);
  });
});
