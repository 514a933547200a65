// Needs a real Temporal server.
import {
  ConversationBusyError,
  defineAgent,
  NoWorkerError,
  PayloadTooLargeError,
  RunCancelledError,
  RunTimedOutError,
  TurnConflictError,
  UnexpectedModelBehaviorError,
  UnknownTurnError,
  UsageLimitExceededError,
  UserError,
} from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';
import { serveTalkers, talker, textsOf } from '../support/conversations';
import { serve } from '../support/serve';

const here = serveTalkers();
const others: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.stop()));
});

describe('a conversation', () => {
  it('begins with its first turn, and goes on from what was said', async () => {
    const { chat, client } = await here();
    await expect(chat.status()).resolves.toBe('absent');
    const first = await chat.send('hello', { turnId: 'first' });
    expect(first).toMatchObject({
      output: 'hello (1)',
      turnId: 'first',
      runId: `${chat.id}/first`,
      conversationId: chat.id,
      workflowId: chat.id,
      finishReason: 'stop',
      usage: { requests: 1, inputTokens: 10, outputTokens: 5 },
      conversationUsage: { requests: 1 },
    });
    const second = await chat.send('and now?', { metadata: { mood: 'good' } });
    expect(second).toMatchObject({
      output: 'and now? (3)',
      metadata: { mood: 'good' },
      usage: { requests: 1, totalTokens: 15 },
      conversationUsage: { requests: 2, totalTokens: 30 },
    });
    expect(textsOf(await second.newMessages())).toEqual(['and now?', 'and now? (3)']);
    expect(textsOf(await first.allMessages())).toEqual(['hello', 'hello (1)']);
    expect(textsOf(await second.allMessages())).toHaveLength(4);
    await expect(chat.status()).resolves.toBe('idle');
    await expect(chat.usage()).resolves.toMatchObject({ requests: 2, totalTokens: 30 });
    expect(chat.url).toContain(chat.id);
    const { type } = await client.temporal.workflow.getHandle(chat.id).describe();
    expect(type).toBe('talker');
  });

  it('that nobody has sent to has no turns, no messages and no usage', async () => {
    const { chat } = await here();
    await expect(chat.turns()).resolves.toEqual([]);
    await expect(chat.messages()).resolves.toHaveLength(0);
    await expect(chat.usage()).resolves.toMatchObject({ requests: 0 });
    await expect(chat.compactions()).resolves.toEqual([]);
    for (const asked of [chat.export(), chat.close(), chat.rewind({ to: null }), chat.turn('t').result()]) {
      await expect(asked).rejects.toThrow(`no conversation '${chat.id}' exists`);
    }
  });

  it('tells of its turns: what was asked, where the messages are, and when', async () => {
    const { chat } = await here();
    const before = Date.now() - 60_000; // the server has a clock of its own
    await chat.send('count 2', { turnId: 'a' });
    await chat.send('hello', { turnId: 'b', metadata: { n: 1 } });
    const [first, second] = await chat.turns();
    expect(first).toMatchObject({ id: 'a', agent: 'talker', status: 'completed', from: 0, to: 6 });
    expect(first).toMatchObject({ prompt: 'count 2', usage: { requests: 3, toolCalls: 2 } });
    expect(second).toMatchObject({ id: 'b', from: 6, to: 8, prompt: 'hello', metadata: { n: 1 } });
    expect(first?.startedAt?.getTime()).toBeGreaterThan(before);
    expect(first?.endedAt?.getTime()).toBeGreaterThanOrEqual(first?.startedAt?.getTime() ?? Infinity);
  });

  it('gives its messages in pages, by their positions', async () => {
    const { chat } = await here();
    for (const word of ['a', 'b', 'c']) await chat.send(word);
    const all = await chat.messages();
    expect(all).toMatchObject({ from: 0, total: 6, length: 6 });
    const page = await chat.messages({ from: 2, limit: 2 });
    expect([...page]).toEqual(all.slice(2, 4));
    expect(page).toMatchObject({ from: 2, total: 6 });
    const last = await chat.messages({ from: -3 });
    expect([...last]).toEqual(all.slice(3));
    expect(last.from).toBe(3);
    await expect(chat.messages({ from: 99 })).resolves.toHaveLength(0);
    await expect(chat.messages({ limit: 0 })).rejects.toThrow(UserError);
  });

  it('has deps of its own, for turns that bring none', async () => {
    const agent = defineAgent({
      name: 'host',
      model: functionModel((_messages, { instructions }) => instructions ?? ''),
      deps: z.object({ user: z.string() }),
      instructions: ({ deps }) => `Hello ${deps.user}`,
    });
    const own = await serve([agent]);
    others.push(own);
    const chat = own.client.conversation(agent, `host-${own.taskQueue}`, { deps: { user: 'Ada' } });
    await expect(chat.send('hi')).resolves.toMatchObject({ output: 'Hello Ada' });
    await expect(chat.send('hi', { deps: { user: 'Bob' } })).resolves.toMatchObject({ output: 'Hello Bob' });
    await expect(chat.send('hi')).resolves.toMatchObject({ output: 'Hello Ada' });
  });

  it('can have turns of several agents', async () => {
    const writer = talker('writer');
    const price = defineAgent({
      name: 'price',
      model: functionModel((messages) => `{"cents": ${messages.length}}`),
      output: z.object({ cents: z.number() }),
    });
    const own = await serve([writer.agent, price]);
    others.push(own);
    const chat = own.client.conversation(writer.agent, `several-${own.taskQueue}`);
    await chat.send('hello');
    const { output } = await chat.send('how much?', { agent: price });
    const cents: number = output.cents;
    expect(cents).toBe(3);
    await expect(chat.send('thanks')).resolves.toMatchObject({ output: 'thanks (5)' });
    expect((await chat.turns()).map(({ agent }) => agent)).toEqual(['writer', 'price', 'writer']);
  });
});

describe('a turn id', () => {
  it('is the same turn, and gives the same result, also after others', async () => {
    const { chat, asked, client, agent } = await here();
    const first = await chat.send('hello', { turnId: 't' });
    await chat.send('more');
    const again = await client.conversation(agent, chat.id).send('hello', { turnId: 't' });
    expect({ ...again }).toEqual({ ...first });
    expect(asked).toEqual(['hello', 'more']);
  });

  it('is one turn for two clients that send it at the same time', async () => {
    const { chat, asked, taskQueue, agent } = await here();
    const other = await AgentClient.connect({ taskQueue });
    const both = [chat, other.conversation(agent, chat.id)];
    const results = await Promise.all(both.map((one) => one.send('hello', { turnId: 't' })));
    expect(results.map(({ output }) => output)).toEqual(['hello (1)', 'hello (1)']);
    expect(asked).toEqual(['hello']);
    await other.close();
  });

  it.each([
    ['another prompt', 'bye', {}],
    ['other options', 'hello', { instructions: 'Be brief.' }],
  ])('is refused for %s, with both digests', async (_what, prompt, options) => {
    const { chat } = await here();
    await chat.send('hello', { turnId: 't' });
    const error: unknown = await chat
      .send(prompt, { turnId: 't', ...options })
      .catch((caught: unknown) => caught);
    if (!(error instanceof TurnConflictError)) throw error;
    expect(error).toMatchObject({ turnId: 't', conversationId: chat.id });
    expect(error.digest).not.toBe(error.givenDigest);
    expect(error.message).toContain(error.digest);
    expect(error.message).toContain(error.givenDigest);
  });

  it('of a turn that failed gives the same error again, and asks nothing', async () => {
    const { chat, asked } = await here();
    const send = (): Promise<unknown> => chat.send('fail', { turnId: 't' });
    await expect(send()).rejects.toThrow(UnexpectedModelBehaviorError);
    await expect(send()).rejects.toThrow(UnexpectedModelBehaviorError);
    expect(asked).toEqual(['fail']);
  });
});

describe('a turn that fails', () => {
  it('is the error of a run, with the usage of the turn and the messages of the conversation', async () => {
    const { chat } = await here();
    await chat.send('hello');
    const error: unknown = await chat.send('fail', { turnId: 'bad' }).catch((caught: unknown) => caught);
    if (!(error instanceof UnexpectedModelBehaviorError)) throw error;
    expect(error).toMatchObject({ runId: `${chat.id}/bad`, workflowId: chat.id, usage: { requests: 1 } });
    expect(textsOf(error.messages).slice(0, 3)).toEqual(['hello', 'hello (1)', 'fail']);
    await expect(chat.send('go on')).resolves.toMatchObject({
      output: expect.stringMatching(/^go on/) as string,
    });
    expect((await chat.turns()).map(({ status }) => status)).toEqual(['completed', 'failed', 'completed']);
  });

  it('at its own limit leaves the conversation as it is', async () => {
    const { chat } = await here();
    const turn = chat.send('count 5', { usageLimits: { requestLimit: 2 } });
    await expect(turn).rejects.toThrow(UsageLimitExceededError);
    await expect(turn).rejects.toMatchObject({ limit: 'request_limit', usage: { requests: 2 } });
    await expect(chat.send('hello')).resolves.toMatchObject({ usage: { requests: 1 } });
  });

  it('at the limit of the conversation, as do all after it', async () => {
    const { chat } = await here({ usageLimits: { requestLimit: 3 } });
    await chat.send('hello');
    await chat.send('count 1');
    for (const prompt of ['and', 'again']) {
      const turn = chat.send(prompt);
      await expect(turn).rejects.toThrow(UsageLimitExceededError);
      await expect(turn).rejects.toMatchObject({ usage: { requests: 0 } });
    }
    await expect(chat.usage()).resolves.toMatchObject({ requests: 3 });
  });

  it('because its agent is gone says so to the sender, and the next goes on', async () => {
    const { chat } = await here();
    await chat.send('hello');
    const turn = chat.send('hello?', { agent: 'nobody' });
    await expect(turn).rejects.toThrow(UserError);
    await expect(turn).rejects.toThrow("no agent is named 'nobody' on this worker; it serves 'talker'");
    await expect(chat.send('still there?')).resolves.toMatchObject({ output: 'still there? (3)' });
  });
});

describe('while a turn runs', () => {
  it('another waits, by default', async () => {
    const { chat, gate, asked } = await here();
    const first = chat.send('wait', { turnId: 'first' });
    await gate.reached;
    const second = await chat.sendAsync('next', { turnId: 'second' });
    await expect(chat.status()).resolves.toBe('busy');
    await expect(second.status()).resolves.toBe('queued');
    await expect(chat.turn('first').status()).resolves.toBe('running');
    expect(asked).toEqual(['wait']);
    gate.open();
    await expect(first).resolves.toMatchObject({ output: 'wait (1)' });
    await expect(second.result()).resolves.toMatchObject({ output: 'next (3)' });
  });

  it("another is refused, with whenBusy: 'reject'", async () => {
    const { chat, gate } = await here();
    const first = chat.send('wait', { turnId: 'first' });
    await gate.reached;
    const refused = chat.send('next', { whenBusy: 'reject' });
    await expect(refused).rejects.toThrow(ConversationBusyError);
    await expect(refused).rejects.toMatchObject({ runningTurnId: 'first', conversationId: chat.id });
    gate.open();
    await first;
    await expect(chat.send('next', { whenBusy: 'reject' })).resolves.toMatchObject({ output: 'next (3)' });
  });

  it("another takes its place, with whenBusy: 'interrupt'", async () => {
    const { chat, gate } = await here();
    const first = chat.send('wait', { turnId: 'first' });
    first.catch(() => undefined); // awaited below
    await gate.reached;
    const next = chat.send('stop that', { turnId: 'next', whenBusy: 'interrupt' });
    await expect(first).rejects.toThrow(RunCancelledError);
    await expect(first).rejects.toThrow("turn 'next' interrupted it");
    await expect(next).resolves.toMatchObject({ output: expect.stringMatching(/^stop that/) as string });
    expect((await chat.turns()).map(({ status }) => status)).toEqual(['cancelled', 'completed']);
  });

  it('is cancelled by its id, or by the signal of its sender, with the reason', async () => {
    const { chat, gate } = await here();
    const turn = await chat.sendAsync('wait', { turnId: 'first' });
    await gate.reached;
    await turn.cancel('changed my mind');
    await expect(turn.result()).rejects.toThrow(RunCancelledError);
    await expect(turn.result()).rejects.toThrow('changed my mind');
    await expect(turn.status()).resolves.toBe('cancelled');
    await turn.cancel();
    const controller = new AbortController();
    const second = chat.send('wait again', { signal: controller.signal });
    controller.abort(new Error('closed the tab'));
    await expect(second).rejects.toThrow(RunCancelledError);
    await expect(second).rejects.toThrow('closed the tab');
    await expect(chat.turn('nothing').cancel()).rejects.toThrow(UnknownTurnError);
  });

  it('one that waits is cancelled alone', async () => {
    const { chat, gate, asked } = await here();
    const first = chat.send('wait');
    await gate.reached;
    const second = await chat.sendAsync('next');
    await second.cancel('not any more');
    await expect(second.result()).rejects.toThrow('not any more');
    gate.open();
    await expect(first).resolves.toMatchObject({ output: 'wait (1)' });
    await expect(chat.send('go on')).resolves.toMatchObject({ output: 'go on (3)' });
    expect(asked).toEqual(['wait', 'go on']);
  });

  it('the time to wait for it may end, and it goes on', async () => {
    const { chat, gate } = await here();
    const turn = chat.send('wait', { turnId: 'slow', timeout: '1s' });
    await expect(turn).rejects.toThrow(RunTimedOutError);
    await expect(turn).rejects.toMatchObject({ stillRunning: true, runId: `${chat.id}/slow` });
    await expect(turn).rejects.toThrow(`It goes on: turn('slow') finds it.`);
    gate.open();
    await expect(chat.send('wait', { turnId: 'slow' })).resolves.toMatchObject({ output: 'wait (1)' });
  });

  it('its usage counts, and its messages are there', async () => {
    const { chat, gate } = await here();
    await chat.send('count 1');
    const turn = await chat.sendAsync('wait');
    await gate.reached;
    expect(textsOf(await chat.messages()).at(-1)).toBe('wait');
    await expect(chat.usage()).resolves.toMatchObject({ requests: 2, toolCalls: 1 });
    gate.open();
    await turn.result();
    await expect(chat.usage()).resolves.toMatchObject({ requests: 3 });
  });

  it('an eleventh sender can go, and close its client, while Temporal takes no more (bug: a retry ended the process)', async () => {
    const { chat, gate, taskQueue, agent } = await here();
    const first = Array.from({ length: 10 }, (_, index) => chat.send(`wait ${index}`));
    await gate.reached;
    const other = await AgentClient.connect({ taskQueue });
    const eleventh = other
      .conversation(agent, chat.id)
      .send('too many', { timeout: '1s', turnId: 'eleventh' });
    await expect(eleventh).rejects.toThrow(RunTimedOutError);
    await other.close();
    await new Promise((resolve) => setTimeout(resolve, 6_000)); // a timer left behind would throw here, uncaught
    gate.open();
    await Promise.all(first);
    await expect(chat.send('too many', { turnId: 'eleventh' })).resolves.toMatchObject({
      turnId: 'eleventh',
    });
  });

  it('25 senders at once are all served, each once', async () => {
    const { chat, asked } = await here();
    const prompts = Array.from({ length: 25 }, (_, index) => `word ${index}`);
    const results = await Promise.all(prompts.map((prompt) => chat.send(prompt, { turnId: prompt })));
    expect(results.map(({ output }) => output.replace(/ \(\d+\)$/, ''))).toEqual(prompts);
    expect(asked.toSorted()).toEqual(prompts.toSorted());
  });
});

describe('a turn that was sent and left', () => {
  it('gives its result to another client, before and after its end', async () => {
    const { chat, gate, taskQueue } = await here();
    await chat.sendAsync('wait', { turnId: 'left' });
    await gate.reached;
    const other = await AgentClient.connect({ taskQueue });
    const turn = other.conversation('talker', chat.id).turn('left');
    const waiting = [turn.result(), turn.result()];
    await new Promise((resolve) => setTimeout(resolve, 500));
    gate.open();
    for (const result of [...waiting, turn.result()]) {
      await expect(result).resolves.toMatchObject({ output: 'wait (1)', turnId: 'left' });
    }
    await expect(other.conversation('talker', chat.id).turn('other').result()).rejects.toThrow(
      UnknownTurnError,
    );
    await expect(turn.status()).resolves.toBe('completed');
    await other.close();
  });

  it('is refused as soon as it is sent, when it cannot be taken', async () => {
    const { chat } = await here();
    const turn = await chat.sendAsync('hello', { turnId: 't' });
    await turn.result();
    await expect(chat.sendAsync('bye', { turnId: 't' })).rejects.toThrow(TurnConflictError);
    await expect(chat.sendAsync('hello', { turnId: 't' })).resolves.toMatchObject({ id: 't' });
  });
});

describe('bad input', () => {
  it.each<[string, string, object, RegExp]>([
    ['no prompt', undefined as unknown as string, {}, /prompt/], // as JavaScript may
    ['an option of runs', 'hi', { messageHistory: [] }, /messageHistory: is for runs, not for turns/],
    ['an option that nobody has', 'hi', { temperature: 1 }, /temperature/],
    ['an unknown way to be busy', 'hi', { whenBusy: 'now' }, /whenBusy/],
    ['an empty turn id', 'hi', { turnId: '' }, /turnId/],
  ])('is named before anything is sent: %s', async (_what, prompt, options, message) => {
    const { chat } = await here();
    const sent = chat.send(prompt, options);
    await expect(sent).rejects.toThrow(UserError);
    await expect(sent).rejects.toThrow(message);
    await expect(chat.status()).resolves.toBe('absent');
  });

  it('is named when a conversation is made', async () => {
    const { client, agent } = await here();
    expect(() => client.conversation(agent, '')).toThrow(UserError);
    expect(() => client.conversation(agent, 'x', { rollOver: { historyEvents: 0 } })).toThrow(
      /rollOver.historyEvents/,
    );
    expect(() => client.conversation(agent, 'x', { idleTimeout: 'soon' as '1s' })).toThrow(/idleTimeout/);
  });

  it('of 3 MiB is refused before anything is sent', async () => {
    const { chat } = await here();
    const sent = chat.send('x'.repeat(3 * 1024 * 1024));
    await expect(sent).rejects.toThrow(PayloadTooLargeError);
    await expect(sent).rejects.toMatchObject({ field: 'prompt' });
    await expect(chat.status()).resolves.toBe('absent');
  });

  it('is the conversation of another agent, or a run', async () => {
    const { chat, client } = await here();
    await chat.send('hello');
    const foreign = client.conversation('parrot', chat.id);
    for (const asked of [foreign.send('hello'), foreign.close(), foreign.turn('t').result()]) {
      await expect(asked).rejects.toThrow(`conversation '${chat.id}' is one of agent 'talker'`);
    }
    const run = await client.start('talker', 'wait');
    await expect(client.conversation('talker', run.id).send('hello')).rejects.toThrow(
      /is a run, and no conversation/,
    );
    await run.cancel();
  });

  it('is a task queue that nobody serves', async () => {
    const client = await AgentClient.connect({ taskQueue: 'nobody-serves-this' });
    const chat = client.conversation('talker', `unserved-${Date.now()}`);
    const sent = chat.send('hello', { waitForWorker: '1s', turnId: 't' });
    await expect(sent).rejects.toThrow(NoWorkerError);
    await expect(sent).rejects.toMatchObject({ runId: `${chat.id}/t`, taskQueue: 'nobody-serves-this' });
    await expect(chat.turn('t').result({ waitForWorker: '1s' })).rejects.toThrow(
      /No worker has answered for turn 't'/,
    );
    await client.close();
  });
});
