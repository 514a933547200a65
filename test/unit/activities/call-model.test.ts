import { z } from 'zod';
import { callModel } from '../../../src/activities/call-model';
import { type Agent, defineAgent } from '../../../src/common/agent';
import { ModelRetry } from '../../../src/common/errors';
import type { ModelMessage } from '../../../src/common/messages';
import type { Model, ModelRequestParameters } from '../../../src/common/model';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import { NO_USAGE, type UsageLimits } from '../../../src/common/usage';
import { defineTool } from '../../../src/common/tool';
import type { ModelRequestInput, ModelRequestResult, RunRequest } from '../../../src/common/wire';
import { inRunOf, RUN_KEY, servicesFor } from '../../support/in-run';
import { calls, type Messages, request, response, returned, said, user } from '../../support/messages';

const ASKED = { transcript: { base: EMPTY_TRANSCRIPT, append: [{ input: true }] } } as const;

const add = defineTool({ name: 'add', description: 'Adds.', input: z.object({}), execute: () => 3 });

/** A model that says the same each time, and what it was asked. */
class Parrot implements Model {
  readonly name = 'parrot';
  readonly asked: { messages: Messages; parameters: ModelRequestParameters }[] = [];
  counted = 0;

  constructor(readonly answer = response(said('hi'))) {}

  request(messages: Messages, parameters: ModelRequestParameters) {
    this.asked.push({ messages, parameters });
    return Promise.resolve(this.answer);
  }

  countTokens(): Promise<number> {
    this.counted += 1;
    return Promise.resolve(100);
  }
}

function ask(
  agent: Agent,
  asked: RunRequest,
  input: Partial<ModelRequestInput> = {},
): Promise<ModelRequestResult> {
  const services = servicesFor([agent], { prices: { parrot: { input: 1, output: 1 } } });
  services.cache.keepRequest(RUN_KEY, { request: asked }, 1);
  return inRunOf(agent, () => callModel(services, { ...ASKED, ...input }));
}

describe('a model request', () => {
  it('sends a repaired conversation, and leaves the transcript as it is', async () => {
    const model = new Parrot();
    const agent = defineAgent({ name: 'a', model });
    const messageHistory = [request(user('hi')), response(calls('x')), request(user('never mind'))];
    const transcript = { base: EMPTY_TRANSCRIPT, append: [{ history: 3 }, { input: true as const }] };
    await ask(agent, { prompt: 'now', messageHistory }, { transcript });
    expect(model.asked[0]?.messages).toMatchObject([
      { kind: 'request' },
      { kind: 'response' },
      { kind: 'request', parts: [{ outcome: 'interrupted' }, user('never mind'), user('now')] },
    ]);
  });

  it('has the settings of the model, the agent and the run, key by key', async () => {
    const model = Object.assign(new Parrot(), { settings: { temperature: 0, topP: 0.1, seed: 1 } });
    const agent = defineAgent({ name: 'a', model, modelSettings: { topP: 0.2, seed: 2 } });
    await ask(agent, { prompt: 'hi', modelSettings: { seed: 3 } });
    expect(model.asked[0]?.parameters.settings).toEqual({ temperature: 0, topP: 0.2, seed: 3 });
  });

  it('has instructions for itself alone: they are no part of the conversation', async () => {
    const model = new Parrot();
    const agent = defineAgent({ name: 'a', model, instructions: 'Help.' });
    await ask(agent, { prompt: 'hi', instructions: 'Now.' });
    expect(model.asked).toMatchObject([
      { messages: [request(user('hi'))], parameters: { instructions: 'Help.\n\nNow.' } },
    ]);
  });

  it('returns the answer with its cost and its verdicts, under an id drawn for the attempt', async () => {
    const agent = defineAgent({
      name: 'a',
      model: new Parrot({ ...response(said('hi')), usage: { inputTokens: 500_000 } }),
    });
    const [first, second] = [await ask(agent, { prompt: 'hi' }), await ask(agent, { prompt: 'hi' })];
    expect(first).toMatchObject({
      response: { usage: { inputTokens: 500_000, cost: 0.5 } },
      text: { as: 'text' },
    });
    expect(first).not.toHaveProperty('id', 'id' in second ? second.id : '');
  });
});

describe('history processors', () => {
  const cut = (messages: readonly ModelMessage[]) => messages.slice(-1);

  it('change what is sent, in order, and nothing else', async () => {
    const model = new Parrot();
    const seen: number[] = [];
    const agent = defineAgent({
      name: 'a',
      model,
      historyProcessors: [
        (messages) => (seen.push(messages.length), cut(messages)),
        (messages) => Promise.resolve((seen.push(messages.length), messages)),
      ],
    });
    const messageHistory = [request(user('hi')), response(said('ho'))];
    const transcript = { base: EMPTY_TRANSCRIPT, append: [{ history: 2 }, { input: true as const }] };
    const result = await ask(agent, { prompt: 'now', messageHistory }, { transcript });
    expect(seen).toEqual([3, 1]);
    expect(model.asked[0]?.messages).toEqual([request(user('now'))]);
    expect(result).toMatchObject({ text: { as: 'text' } });
  });

  it('may leave results without their calls: these are not sent', async () => {
    const model = new Parrot();
    const agent = defineAgent({ name: 'a', model, historyProcessors: [(messages) => messages.slice(2)] });
    const messageHistory = [request(user('hi')), response(calls('x')), request(returned('x'))];
    const transcript = { base: EMPTY_TRANSCRIPT, append: [{ history: 3 }, { input: true as const }] };
    await ask(agent, { prompt: 'now', messageHistory }, { transcript });
    expect(model.asked[0]?.messages).toEqual([request(user('now'))]);
  });

  it('are told the usage and the step', async () => {
    const contexts: unknown[] = [];
    const agent = defineAgent({
      name: 'a',
      model: new Parrot(),
      historyProcessors: [
        (messages, { usage, runStep, retry }) => (contexts.push([usage.requests, runStep, retry]), messages),
      ],
    });
    await ask(agent, { prompt: 'hi' }, { step: 3, usage: { ...NO_USAGE, requests: 2 }, retry: 1 });
    expect(contexts).toEqual([[2, 3, 1]]);
  });

  it.each([new TypeError('no such thing'), new ModelRetry('no such thing')])(
    'end the run when they throw, whatever they throw: %s',
    async (error) => {
      const model = new Parrot();
      const broken = (): never => {
        throw error;
      };
      const agent = defineAgent({ name: 'a', model, historyProcessors: [cut, broken] });
      await expect(ask(agent, { prompt: 'hi' })).rejects.toMatchObject({
        name: 'HookExecutionError',
        hookName: "history processor 2 of agent 'a'",
      });
      expect(model.asked).toEqual([]);
    },
  );
});

describe('counting before a request', () => {
  const limits = (more: UsageLimits): RunRequest => ({
    prompt: 'hi',
    usageLimits: { countTokensBeforeRequest: true, ...more },
  });

  it('keeps a request from being sent that would break a limit', async () => {
    const model = new Parrot();
    const agent = defineAgent({ name: 'a', model });
    expect(await ask(agent, limits({ inputTokensLimit: 99 }))).toEqual({
      exceeded: {
        limit: 'input_tokens_limit',
        value: 100,
        message: 'The next request would exceed the input_tokens_limit of 99 (input_tokens=100)',
      },
    });
    expect(model.asked).toEqual([]);
  });

  it('lets one be sent that would not', async () => {
    const model = new Parrot();
    await ask(defineAgent({ name: 'a', model }), limits({ inputTokensLimit: 100 }));
    expect(model.asked).toHaveLength(1);
    expect(model.counted).toBe(1);
  });

  it('is not done unless it was asked for', async () => {
    const model = new Parrot();
    await ask(defineAgent({ name: 'a', model }), { prompt: 'hi', usageLimits: { inputTokensLimit: 1 } });
    expect(model.counted).toBe(0);
  });

  it('does not keep the last request from being sent (bug: it was asked for ever)', async () => {
    const model = new Parrot();
    const agent = defineAgent({ name: 'a', model, onLimit: 'final-answer' });
    await ask(agent, limits({ inputTokensLimit: 99 }), { final: true });
    expect(model.asked).toHaveLength(1);
  });
});

describe('the last request after a limit', () => {
  it('offers no functions, and takes a call of one for one of an unknown tool (bug: it kept a final answer beside it from counting)', async () => {
    const model = new Parrot(response(calls('x', 'final_result', '{"a":1}'), calls('y', 'add')));
    const agent = defineAgent({ name: 'a', model, tools: [add], output: z.object({ a: z.number() }) });
    const result = await ask(agent, { prompt: 'hi' }, { final: true });
    expect(model.asked[0]?.parameters).toMatchObject({ tools: [], outputTools: [{ name: 'final_result' }] });
    expect(result).toMatchObject({
      calls: [
        { output: { as: 'json' } },
        { unknownTool: "Unknown tool name: 'add'. Available tools: 'final_result'" },
      ],
    });
  });
});
