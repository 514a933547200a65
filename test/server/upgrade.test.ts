// Needs a real Temporal server. Conversations that go on while their agent's code is another: the worker with version A
// of it is gone, one with version B has come.
import { randomUUID } from 'node:crypto';
import {
  type Agent,
  defineAgent,
  defineTool,
  type Tool,
  type ToolContext,
  UsageLimitExceededError,
  UserError,
} from 'perdure';
import { AgentClient, type Conversation } from 'perdure/client';
import { type Answer, functionModel } from 'perdure/testing';
import { z } from 'zod';
import { Gate, lastPromptOf, textsOf } from '../support/conversations';
import { serve, type Served } from '../support/serve';
import { until } from '../support/until';

const workers: Served[] = [];
let client: AgentClient;
let chat: Conversation;
/** What the models were told beside the messages. */
const told: object[] = [];

beforeEach(async () => {
  told.splice(0);
  const id = `agent-${randomUUID()}`;
  client = await AgentClient.connect({ taskQueue: id });
  chat = client.conversation('agent', id);
});

afterEach(async () => {
  await stopAll();
  await client.close();
});

async function stopAll(): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
}

/** Starts a worker beside those that run. */
async function start(...agents: readonly Agent[]): Promise<void> {
  workers.push(await serve(agents, { taskQueue: chat.id, temporal: { shutdownGraceTime: 100 } }));
}

/** Starts a worker in the place of those that run. */
async function deploy(...agents: readonly Agent[]): Promise<void> {
  await stopAll();
  await start(...agents);
}

/** What a model says to the user's last words, when it has answered them so often already. */
type Think = (prompt: string, answers: number) => Answer;

function version(think: Think, options: object): Agent {
  const model = functionModel((messages, { instructions, tools, allowTextOutput }) => {
    told.push({ instructions, tools: tools.map(({ name }) => name), allowTextOutput });
    const asked = messages.findLastIndex(({ parts }) => parts.some(({ kind }) => kind === 'user-prompt'));
    const since = messages.slice(asked).filter(({ kind }) => kind === 'response');
    return think(lastPromptOf(messages), since.length);
  });
  return defineAgent({ name: 'agent', model, ...options });
}

function tool(name: string, execute: (context: ToolContext) => unknown = () => name): Tool {
  const [description, input] = [`Does ${name}.`, z.object({})];
  return defineTool({
    name,
    description,
    input,
    maximumAttempts: 20,
    execute: (_none, context) => execute(context),
  });
}

/** Calls a tool once, then says who it is. */
const once =
  (name: string, toolName: string): Think =>
  (prompt, answers) =>
    answers === 0 ? [{ tool: toolName }] : `${name}: ${prompt}`;

const other = defineAgent({ name: 'other', model: functionModel(() => 'Hello from another.') });

describe('a conversation whose agent is another one now', () => {
  it('goes on with its tools, its instructions and its output from the next turn on', async () => {
    await deploy(version(once('A', 'hours'), { tools: [tool('hours')], instructions: 'You are A.' }));
    const before = await chat.send('open?', { turnId: 'one' });
    expect(before.output).toBe('A: open?');
    const think: Think = (prompt, answers) =>
      answers === 0 ? [{ tool: 'stock' }] : [{ tool: 'final_result', args: { answer: `B: ${prompt}` } }];
    const output = z.object({ answer: z.string() });
    await deploy(version(think, { tools: [tool('stock')], instructions: 'You are B.', output }));
    expect((await chat.send('how many?')).output).toEqual({ answer: 'B: how many?' });
    const a = { instructions: 'You are A.', tools: ['hours'], allowTextOutput: true };
    const b = { instructions: 'You are B.', tools: ['stock'], allowTextOutput: false };
    expect(told).toEqual([a, a, b, b]);
    expect(textsOf(await chat.messages())).toEqual(['open?', 'A: open?', 'how many?']);
    expect(await chat.usage()).toMatchObject({ requests: 4, toolCalls: 2 });
    expect({ ...(await chat.send('open?', { turnId: 'one' })) }).toEqual({ ...before });
    expect(told).toHaveLength(4);
  });
});

describe('a turn in flight', () => {
  /** Calls the tool again and again, until a limit stops it. */
  const forever: Think = (prompt) => (prompt === 'once' ? 'Just this once.' : [{ tool: 'hours' }]);

  it('keeps the limits that were decided for it; its tools and instructions are the code of now', async () => {
    const gate = new Gate();
    const slow = tool('hours', ({ signal }) => gate.pass(signal));
    await deploy(version(forever, { tools: [slow], instructions: 'A', usageLimits: { requestLimit: 2 } }));
    const failure = chat.send('open?').catch((error: unknown) => error);
    await gate.reached;
    const limits = { usageLimits: { requestLimit: 50, toolCallsLimit: 0 } };
    await deploy(version(forever, { tools: [tool('hours')], instructions: 'B', ...limits }));
    const error = await failure;
    expect(error).toBeInstanceOf(UsageLimitExceededError);
    expect(error).toMatchObject({ limit: 'request_limit', usage: { requests: 2, toolCalls: 2 } });
    expect((error as Error).message).toContain('request_limit of 2');
    expect(told.map((each) => (each as { instructions: string }).instructions)).toEqual(['A', 'B']);
    const next = chat.send('open?');
    await expect(next).rejects.toThrow('tool_calls_limit of 0');
    await expect(chat.send('once')).resolves.toMatchObject({ output: 'Just this once.' });
  });

  it('calls a tool that came meanwhile, and answers in the form of now (bug: it failed for want of the tool)', async () => {
    const gate = new Gate();
    const slow = tool('hours', ({ signal }) => gate.pass(signal));
    await deploy(version(once('A', 'hours'), { tools: [slow] }));
    const waiting = chat.send('open?');
    await gate.reached;
    const think: Think = (prompt, answers) =>
      answers === 1 ? [{ tool: 'stock' }] : [{ tool: 'final_result', args: { answer: `B: ${prompt}` } }];
    const output = z.object({ answer: z.string() });
    await deploy(version(think, { tools: [tool('hours'), tool('stock')], output }));
    expect((await waiting).output).toEqual({ answer: 'B: open?' });
    expect(await chat.usage()).toMatchObject({ requests: 3, toolCalls: 2 });
  });

  it.each<[string, string, readonly Agent[]]>([
    [
      'its tool',
      "this worker's agent 'agent' has no tool 'hours' (yet)",
      [version(once('B', 'stock'), { tools: [tool('stock')] })],
    ],
    ['its agent', "this worker does not serve agent 'agent' (yet)", [other]],
  ])('waits while no worker has %s, and goes on when one comes back', async (_what, complaint, without) => {
    const gate = new Gate();
    const slow = tool('hours', ({ signal }) => gate.pass(signal));
    await deploy(version(once('A', 'hours'), { tools: [slow] }));
    const waiting = chat.send('open?');
    await gate.reached;
    await deploy(...without);
    const failures = await until(async () => {
      const { raw } = await client.temporal.workflow.getHandle(chat.id).describe();
      const [pending] = raw.pendingActivities ?? [];
      return pending?.lastFailure?.message === complaint ? pending : undefined;
    });
    expect(failures.activityType?.name).toBe('hours');
    await start(version(once('C', 'hours'), { tools: [tool('hours')] }));
    await stopOldest();
    const { output, usage } = await waiting;
    expect(output).toBe('C: open?');
    expect(usage).toMatchObject({ requests: 2, toolCalls: 1 });
  });
});

async function stopOldest(): Promise<void> {
  await workers.shift()?.stop();
}

describe('a conversation whose agent is gone', () => {
  const complaint = "no agent is named 'agent' on this worker; it serves 'other'";

  it('says so to the sender, and goes on when it is back', async () => {
    const agent = version((prompt) => `A: ${prompt}`, {});
    await deploy(agent);
    await chat.send('hello');
    await deploy(other);
    const refused = chat.send('and now?', { turnId: 'lost' });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(complaint);
    await expect(chat.turn('lost').result()).rejects.toThrow(complaint);
    expect(await chat.status()).toBe('idle');
    expect((await chat.turns()).map(({ status }) => status)).toEqual(['completed', 'failed']);
    await deploy(agent);
    expect((await chat.retry()).output).toBe('A: and now?');
    expect((await chat.send('thanks')).output).toBe('A: thanks');
    expect(textsOf(await chat.messages())).toEqual(
      ['hello', 'and now?', 'thanks'].flatMap((prompt) => [prompt, `A: ${prompt}`]),
    );
  });

  it('takes turns of other agents', async () => {
    await deploy(version((prompt) => `A: ${prompt}`, {}));
    await chat.send('hello');
    await deploy(other);
    expect((await chat.send('anybody?', { agent: 'other' })).output).toBe('Hello from another.');
    await expect(chat.send('and you?')).rejects.toThrow(complaint);
  });
});
