// Needs a real Temporal server. Workers of two versions on one task queue, kept apart by worker deployments.
import { randomUUID } from 'node:crypto';
import type { Worker, WorkerOptions } from '@temporalio/worker';
import { type Agent, defineAgent, defineTool, UserError } from 'perdure';
import type { AgentClient, Conversation } from 'perdure/client';
import { functionModel } from 'perdure/testing';
import { createWorker, type CreateWorkerOptions } from 'perdure/worker';
import { z } from 'zod';
import { chainOf, NEVER } from '../support/chain';
import { Gate, lastPromptOf } from '../support/conversations';
import { Deployment, versionsOf } from '../support/deployment';
import { historyEvents, troublesOf } from '../support/history';
import { serve } from '../support/serve';
import { until } from '../support/until';

/** Replays nothing that our own workflow recorded, and begins or takes over whatever it is given. */
const INCOMPATIBLE: Partial<CreateWorkerOptions> = {
  temporal: { workflowsPath: require.resolve('../support/incompatible-workflows') },
};

let deployment = new Deployment();
const gates: Gate[] = [];

beforeEach(() => {
  deployment = new Deployment();
});

afterEach(async () => {
  for (const gate of gates.splice(0)) gate.open();
  await deployment.stopAll();
});

/** Says which version it is; `wait` when its gate is opened. */
function chat(version: string, gate = new Gate(), rollOver: object = NEVER): Agent {
  gates.push(gate);
  const model = functionModel(async (messages, { signal }) => {
    const prompt = lastPromptOf(messages);
    if (prompt === 'wait') await gate.pass(signal);
    return `${prompt}: ${version}`;
  });
  return defineAgent({ name: 'chat', model, rollOver });
}

function begin(client: AgentClient): Conversation {
  return client.conversation('chat', `chat-${randomUUID()}`);
}

async function say(conversation: Conversation, prompt: string): Promise<unknown> {
  const { output } = await conversation.send(prompt, { timeout: '60s' });
  return output;
}

describe('a conversation that is pinned to its version of the worker', () => {
  it('is never touched by another version: its turn ends where it began, the next one is taken by the new one', async () => {
    const gate = new Gate();
    const client = await deployment.release('v1', [chat('v1', gate)]);
    const old = begin(client);
    expect(await say(old, 'hello')).toBe('hello: v1');
    const waiting = say(old, 'wait');
    await gate.reached;
    await deployment.release('v2', [chat('v2')], INCOMPATIBLE);
    const fresh = begin(client);
    expect(await say(fresh, 'hello')).toBe('hello: v2');
    gate.open();
    expect(await waiting).toBe('wait: v1');
    expect(await say(old, 'and now')).toBe('and now: v2');
    const [first] = await chainOf(client, old.id);
    expect(await versionsOf(client, old.id)).toEqual(['v1', 'v2']);
    expect(await versionsOf(client, fresh.id)).toEqual(['v2']);
    expect(await troublesOf(client, old.id, first?.execution)).toEqual([]);
    expect(await troublesOf(client, old.id)).toEqual([]);
    expect(await old.messages()).toHaveLength(6);
    expect(await old.usage()).toMatchObject({ requests: 3 });
  });

  it('goes back to the version before, when that one is made the current one again', async () => {
    const client = await deployment.release('v1', [chat('v1')]);
    const old = begin(client);
    await say(old, 'hello');
    await deployment.release('v2', [chat('v2')], INCOMPATIBLE);
    await until(async () => ((await say(old, 'and now')) === 'and now: v2' ? true : undefined));
    await deployment.setCurrent(client, 'v1');
    await until(async () => ((await say(old, 'again')) === 'again: v1' ? true : undefined));
    expect(await versionsOf(client, old.id)).toEqual(['v1', 'v2', 'v1']);
  });

  it('would be broken by that other version if nothing kept them apart', async () => {
    const before = await serve([chat('v1')]);
    const { id } = begin(before.client);
    const { taskQueue } = before;
    await say(before.client.conversation('chat', id), 'hello');
    await before.stop();
    const after = await serve([chat('v2')], { taskQueue, ...INCOMPATIBLE });
    const { client } = after;
    await expect(client.conversation('chat', id).send('and now', { timeout: '5s' })).rejects.toThrow(
      /did not finish/,
    );
    const failures = (await historyEvents(client, id)).flatMap(
      ({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? [],
    );
    expect(failures[0]).toMatch(/Nondeterminism/);
    await client.temporal.workflow.getHandle(id).terminate();
    await after.stop();
  });

  it('moves at once, without a turn, when a signal wakes it: the old version can be stopped then', async () => {
    const client = await deployment.release('v1', [chat('v1')]);
    const old = begin(client);
    await old.send('hello', { turnId: 'first' });
    await deployment.release('v2', [chat('v2')], INCOMPATIBLE);
    await until(async () => {
      await client.temporal.workflow.getHandle(old.id).signal('wake'); // the server takes a moment to know the version
      return (await versionsOf(client, old.id)).at(-1) === 'v2' ? true : undefined;
    });
    await deployment.stop('v1');
    const again = await deployment.start('v2b', [chat('v2b')]); // only for its client
    const same = again.conversation('chat', old.id);
    expect(await say(same, 'and now')).toBe('and now: v2');
    expect((await same.send('hello', { turnId: 'first' })).output).toBe('hello: v1');
    expect(await versionsOf(again, old.id)).toEqual(['v1', 'v2']);
  });

  it('waits when its version was stopped too early, until an operator has the current one replay it', async () => {
    const early = await deployment.release('v1', [chat('v1')]);
    const { id } = begin(early);
    await say(early.conversation('chat', id), 'hello');
    await deployment.stop('v1');
    const client = await deployment.release('v2', [chat('v2')]);
    const waiting = say(client.conversation('chat', id), 'and now');
    await until(async () => ((await isStuck(client, id)) ? true : undefined));
    await override(client, id, { autoUpgrade: true });
    expect(await waiting).toBe('and now: v2');
    expect(await versionsOf(client, id)).toEqual(['v1 v2']);
  });

  it('stays where an operator has pinned it, and is not handed on again and again', async () => {
    const client = await deployment.release('v1', [chat('v1')]);
    const old = begin(client);
    await say(old, 'hello');
    const version = { deploymentName: deployment.name, buildId: 'v1' };
    await override(client, old.id, { pinned: { behavior: PINNED, version } });
    await deployment.release('v2', [chat('v2')], INCOMPATIBLE);
    for (const prompt of ['a', 'b', 'c']) expect(await say(old, prompt)).toBe(`${prompt}: v1`);
    const versions = await versionsOf(client, old.id);
    expect(new Set(versions)).toEqual(new Set(['v1']));
    expect(versions.length).toBeLessThanOrEqual(2);
  });
});

/** Whether a workflow task waits for a worker. */
async function isStuck({ temporal }: AgentClient, workflowId: string): Promise<boolean> {
  const { raw } = await temporal.workflow.getHandle(workflowId).describe();
  return raw.pendingWorkflowTask?.state === SCHEDULED;
}

/** `PENDING_WORKFLOW_TASK_STATE_SCHEDULED` in Temporal's enumeration. */
const SCHEDULED = 1;

/** What `temporal workflow update-options --versioning-override-behavior` does. */
async function override(
  { temporal }: AgentClient,
  workflowId: string,
  versioningOverride: { pinned: object } | { autoUpgrade: true },
): Promise<void> {
  const { namespace } = temporal.options;
  await temporal.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution: { workflowId },
    workflowExecutionOptions: { versioningOverride },
    updateMask: { paths: ['versioning_override'] },
  });
}

/** `PINNED_OVERRIDE_BEHAVIOR_PINNED` in Temporal's enumeration. */
const PINNED = 1;

/** Takes three steps; waits in the first one. */
function walker(version: string, { gate, rollOver }: { gate: Gate; rollOver: object }): Agent {
  gates.push(gate);
  const walk = defineTool({
    name: 'walk',
    description: 'Takes a step.',
    input: z.object({ step: z.number() }),
    execute: async ({ step }, { signal }) => {
      if (step === 0) await gate.pass(signal);
      return version;
    },
  });
  const model = functionModel((messages) => {
    const step = messages.filter(({ kind }) => kind === 'response').length;
    if (step < 3) return [{ tool: 'walk', args: { step } }];
    const parts = messages.flatMap((message) => (message.kind === 'request' ? message.parts : []));
    return parts.flatMap((part) => (part.kind === 'tool-return' ? [part.content] : [])).join(' ');
  });
  return defineAgent({ name: 'walker', model, tools: [walk], rollOver });
}

describe('a run that is pinned to its version of the worker', () => {
  const start = async (rollOver: object): Promise<{ output: unknown; versions: readonly string[] }> => {
    const gate = new Gate();
    const client = await deployment.release('v1', [walker('v1', { gate, rollOver })]);
    const run = await client.start('walker', 'Go.');
    await gate.reached;
    const later = walker('v2', { gate: new Gate(), rollOver });
    await deployment.release('v2', [later], INCOMPATIBLE);
    gate.open();
    const { output } = await run.result({ timeout: '60s' });
    return { output, versions: await versionsOf(client, run.id) };
  };

  it('ends there', async () => {
    expect(await start(NEVER)).toEqual({ output: 'v1 v1 v1', versions: ['v1'] });
  });

  it('moves when another workflow run goes on with it', async () => {
    // 3 events and 2 of the agent, then 6 for each activity: every second step.
    const { output, versions } = await start({ historyEvents: 10 });
    expect(output).toBe('v1 v2 v2');
    expect(versions[0]).toBe('v1');
    expect(new Set(versions.slice(1))).toEqual(new Set(['v2']));
  });
});

describe('a conversation that upgrades by itself', () => {
  it('goes on with the current version at once, in the same workflow run', async () => {
    deployment = new Deployment('auto-upgrade');
    const client = await deployment.release('v1', [chat('v1')]);
    const old = begin(client);
    expect(await say(old, 'hello')).toBe('hello: v1');
    await deployment.release('v2', [chat('v2')]);
    await until(async () => ((await say(old, 'and now')) === 'and now: v2' ? true : undefined));
    expect(await versionsOf(client, old.id)).toEqual(['v1 v2']);
    expect(await troublesOf(client, old.id)).toEqual([]);
  });
});

describe('a worker without a version', () => {
  it("takes no versions' conversations, and none of its own while a version is current", async () => {
    const unversioned = await serve([chat('none')], { taskQueue: deployment.name });
    const { client } = unversioned;
    const own = begin(client);
    expect(await say(own, 'hello')).toBe('hello: none');
    await deployment.release('v1', [chat('v1')]);
    const fresh = begin(client);
    expect(await say(fresh, 'hello')).toBe('hello: v1');
    expect(await say(fresh, 'again')).toBe('again: v1');
    await until(async () => ((await say(own, 'and now')) === 'and now: v1' ? true : undefined));
    expect((await versionsOf(client, own.id)).join(' ')).toMatch(/^none.* v1$/);
    await unversioned.stop();
  });
});

describe('the option deployment of a worker', () => {
  const create = (options: Partial<CreateWorkerOptions>) =>
    createWorker({ agents: [chat('v1')], taskQueue: deployment.name, ...options });

  const inTemporal = {
    version: { deploymentName: 'app', buildId: '1' },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  } as const;

  it('pins, unless it is told otherwise', async () => {
    const support = chat('v1');
    // #region deployment
    const worker = await createWorker({
      agents: [support],
      deployment: { name: 'support', buildId: process.env['GIT_COMMIT'] ?? 'none' },
    });
    // #endregion deployment
    expect(await deploymentOf(worker)).toMatchObject({
      version: { deploymentName: 'support' },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    });
    const upgrading = await create({ deployment: { name: 'app', buildId: '1', behavior: 'auto-upgrade' } });
    expect(await deploymentOf(upgrading)).toMatchObject({ defaultVersioningBehavior: 'AUTO_UPGRADE' });
  });

  it("can be left to Temporal's own", async () => {
    const worker = await create({ temporal: { workerDeploymentOptions: inTemporal } });
    expect(await deploymentOf(worker)).toEqual(inTemporal);
  });

  it.each<[string, object, string]>([
    ['a name with a dot', { name: 'a.b', buildId: '1' }, 'deployment.name: expected a name without dots'],
    ['a name that is reserved', { name: '__a', buildId: '1' }, "does not begin with '__'"],
    ['no name', { buildId: '1' }, 'deployment.name:'],
    ['an empty build id', { name: 'a', buildId: '' }, 'deployment.buildId:'],
    ['too long a build id', { name: 'a', buildId: 'x'.repeat(256) }, 'deployment.buildId:'],
    ['an unknown behavior', { name: 'a', buildId: '1', behavior: 'PINNED' }, 'deployment.behavior:'],
    ['an unknown option', { name: 'a', buildId: '1', version: '1' }, 'deployment:'],
  ])('is refused with %s', async (_what, given, complaint) => {
    const refused = create({ deployment: given as never }); // what a JavaScript user might write
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(complaint);
  });

  it("is refused beside Temporal's own", async () => {
    const both = {
      deployment: { name: 'a', buildId: '1' },
      temporal: { workerDeploymentOptions: inTemporal },
    };
    await expect(create(both)).rejects.toThrow('createWorker: deployment: temporal.workerDeploymentOptions');
  });
});

async function deploymentOf(worker: Worker): Promise<WorkerOptions['workerDeploymentOptions']> {
  await worker.runUntil(Promise.resolve());
  return worker.options.workerDeploymentOptions;
}
