import { z } from 'zod';
import { resolveAgent } from '../../../src/activities/resolve-agent';
import { defineAgent } from '../../../src/common/agent';
import { ModelRetry, UserError } from '../../../src/common/errors';
import { packMessages } from '../../../src/common/packed-messages';
import { defineTool } from '../../../src/common/tool';
import type { AgentManifest, RunRequest, StartPlan } from '../../../src/common/wire';
import { inRunOf, servicesFor } from '../../support/in-run';
import {
  byHand,
  calls,
  type Messages,
  request,
  response,
  retry,
  returned,
  said,
  user,
} from '../../support/messages';

/* Section 4 of semantics.md, as the worker plans it; what comes of a plan: loop/start.test.ts. */

const add = defineTool({
  name: 'add',
  description: 'Adds.',
  input: z.object({}),
  execute: () => 3,
});

const silent = defineAgent({ name: 'silent', model: 'openai:gpt-5-mini', tools: [add] });
const instructed = defineAgent({ ...base('instructed'), instructions: 'Help.' });
const dynamic = defineAgent({ ...base('dynamic'), instructions: () => undefined });
const structured = defineAgent({
  ...base('structured'),
  output: z.object({ sum: z.number() }),
  outputValidators: [
    ({ sum }) => {
      if (sum < 0) throw new ModelRetry('Not below zero.');
      return { sum };
    },
  ],
});

type AnyAgent = Parameters<typeof servicesFor>[0][number];

function base(name: string) {
  return { name, model: 'openai:gpt-5-mini', tools: [add] };
}

function resolve(agent: AnyAgent, runRequest: RunRequest): Promise<AgentManifest> {
  return inRunOf(agent, () => resolveAgent(servicesFor([agent]), runRequest));
}

const startOf = async (agent: AnyAgent, runRequest: RunRequest): Promise<StartPlan | undefined> =>
  (await resolve(agent, runRequest)).start;

const endsWithRequest: Messages = [request(user('hi')), response(said('ho')), request(user('and?'))];
const endsWithResponse: Messages = [request(user('hi')), response(said('ho'))];
const endsWithCalls: Messages = [request(user('hi')), response(calls('a'))];
const interrupted: Messages = [request(user('hi')), { ...response(calls('a')), state: 'interrupted' }];

describe('the start of a run', () => {
  const ask = (history: number): StartPlan => ({ kind: 'ask', history });

  it.each<{ what: string; agent?: AnyAgent; asked: RunRequest; start: StartPlan | undefined }>([
    { what: 'a prompt alone', asked: { prompt: 'hi' }, start: undefined },
    { what: 'an empty prompt alone, which counts as one', asked: { prompt: '' }, start: undefined },
    { what: 'an empty history and a prompt', asked: { prompt: 'hi', messageHistory: [] }, start: undefined },
    { what: 'instructions of the agent alone', agent: instructed, asked: {}, start: undefined },
    { what: 'instructions that are made by a function alone', agent: dynamic, asked: {}, start: undefined },
    { what: 'instructions of the run alone', asked: { instructions: 'Help.' }, start: undefined },
    {
      what: 'a request and no prompt: it is sent again',
      asked: { messageHistory: endsWithRequest },
      start: { kind: 'resend', history: 3 },
    },
    {
      what: 'a request, no prompt, and instructions: it is sent again',
      agent: instructed,
      asked: { messageHistory: endsWithRequest },
      start: { kind: 'resend', history: 3 },
    },
    {
      what: 'a request and a prompt: a second one follows',
      asked: { prompt: 'now', messageHistory: endsWithRequest },
      start: ask(3),
    },
    {
      what: 'a request and an empty prompt',
      asked: { prompt: '', messageHistory: endsWithRequest },
      start: ask(3),
    },
    {
      what: 'a response and a prompt',
      asked: { prompt: 'now', messageHistory: endsWithResponse },
      start: ask(2),
    },
    {
      what: 'a response, no prompt, and instructions: a request without a user part',
      agent: instructed,
      asked: { messageHistory: endsWithResponse },
      start: ask(2),
    },
    {
      what: 'a response, no prompt, and instructions for this run',
      asked: { messageHistory: endsWithResponse, instructions: 'Help.' },
      start: ask(2),
    },
    {
      what: 'a response and nothing else: it is the result',
      asked: { messageHistory: endsWithResponse },
      start: { kind: 'decide', history: 2, answer: { response: response(said('ho')), text: { as: 'text' } } },
    },
    {
      what: 'an empty response and nothing else: it is decided',
      asked: { messageHistory: [request(user('hi')), response()] },
      start: { kind: 'decide', history: 2, answer: { response: response() } },
    },
    {
      what: 'a response with calls and nothing else: they are carried out',
      asked: { messageHistory: endsWithCalls },
      start: { kind: 'decide', history: 2, answer: { response: response(calls('a')) } },
    },
    {
      what: 'a response with calls and instructions: they are carried out',
      agent: instructed,
      asked: { messageHistory: endsWithCalls },
      start: { kind: 'decide', history: 2, answer: { response: response(calls('a')) } },
    },
    {
      what: 'an interrupted response with calls and a prompt',
      asked: { prompt: 'go on', messageHistory: interrupted },
      start: ask(2),
    },
    {
      what: 'the messages of a run that ended in the midst of its calls, and a prompt',
      asked: {
        prompt: 'go on',
        messageHistory: [
          request(user('hi')),
          { ...response(calls('a'), calls('b')), state: 'interrupted' },
          request(returned('a')),
        ],
      },
      start: ask(3),
    },
    {
      what: 'messages that are packed',
      asked: { prompt: 'now', messageHistory: packMessages(endsWithRequest) },
      start: ask(3),
    },
  ])('from $what', async ({ agent = silent, asked, start }) => {
    expect(await startOf(agent, asked)).toEqual(start);
  });
});

describe('a run that cannot start', () => {
  it.each<{ why: string; asked: RunRequest; complaint: string }>([
    {
      why: 'it has nothing to say',
      asked: {},
      complaint: 'no message history, user prompt, or instructions provided',
    },
    {
      why: 'its history is empty',
      asked: { messageHistory: [] },
      complaint: 'no message history, user prompt, or instructions provided',
    },
    {
      why: 'its instructions are empty',
      asked: { instructions: '' },
      complaint: 'no message history, user prompt, or instructions provided',
    },
    {
      why: 'it asks something while calls are open',
      asked: { prompt: 'hi', messageHistory: endsWithCalls },
      complaint: 'cannot provide a new user prompt when the message history contains unprocessed tool calls',
    },
    {
      why: 'it asks nothing, in a way, while calls are open',
      asked: { prompt: '', messageHistory: endsWithCalls },
      complaint: 'cannot provide a new user prompt when the message history contains unprocessed tool calls',
    },
    {
      why: 'its history has a bad field',
      asked: { messageHistory: [{ kind: 'request', parts: [{ kind: 'user-prompt' }] }] as never },
      complaint: 'messageHistory.0.parts.0.content: expected a text or a list of content parts',
    },
    {
      why: 'its packed history is not packed',
      asked: { messageHistory: { gzip: 'aGVsbG8=' } },
      complaint: 'messageHistory.gzip: expected the base64 of gzipped JSON',
    },
  ])('says why: $why', async ({ asked, complaint }) => {
    const starting = resolve(silent, asked);
    await expect(starting).rejects.toThrow(UserError);
    await expect(starting).rejects.toThrow(`run of agent 'silent': ${complaint}`);
  });
});

describe('a last response that is decided upon', () => {
  const answerOf = async (agent: AnyAgent, last: ReturnType<typeof response>, more: RunRequest = {}) => {
    const plan = await startOf(agent, { messageHistory: [request(user('hi')), last], ...more });
    return plan?.kind === 'decide' ? plan.answer : undefined;
  };

  it('is judged as if it had just come', async () => {
    expect(await answerOf(structured, byHand(said('{"sum":3}')))).toMatchObject({ text: { as: 'json' } });
    expect(await answerOf(structured, byHand(said('{"sum":-3}')))).toMatchObject({
      text: { invalid: 'Not below zero.' },
    });
    expect(await answerOf(structured, byHand(said('three')))).not.toHaveProperty('text');
    expect(await answerOf(structured, response(calls('a', 'final_result', '{"sum":3}')))).toMatchObject({
      calls: [{ output: { as: 'json' } }],
    });
  });

  it('has its calls judged by the tools of this agent', async () => {
    const last = response(calls('a'), calls('b', 'guess'), calls('c', 'add', '{"x":1}'));
    expect(await answerOf(silent, last)).toMatchObject({
      calls: [
        null,
        { unknownTool: "Unknown tool name: 'guess'. Available tools: 'add'" },
        { invalid: [{ path: '' }] },
      ],
    });
  });

  it('has its validators told of the starting usage (bug: they were told of none)', async () => {
    const seen: unknown[] = [];
    const watching = defineAgent({
      ...base('watching'),
      outputValidators: [
        (output, { usage }) => {
          seen.push(usage.requests);
          return output;
        },
      ],
    });
    await answerOf(watching, response(said('ho')), { usage: { requests: 7 } });
    expect(seen).toEqual([7]);
  });

  it('is not judged when there is a prompt', async () => {
    const seen: unknown[] = [];
    const watching = defineAgent({
      ...base('watching'),
      outputValidators: [(output) => (seen.push(1), output)],
    });
    await startOf(watching, { prompt: 'x', messageHistory: endsWithResponse });
    expect(seen).toEqual([]);
  });

  it('that ends with requests to retry is asked about again', async () => {
    const history = [response(calls('a')), request(retry('a'))];
    expect(await startOf(silent, { messageHistory: history })).toEqual({ kind: 'resend', history: 2 });
  });
});
