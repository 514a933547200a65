// Needs a real Temporal server. What a workflow run that goes on with another one has to be told, and what not.
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { type Agent, defineAgent, defineTool, type JsonValue, type ModelMessage } from 'perdure';
import { AgentClient } from 'perdure/client';
import { functionModel, type ScriptedCall } from 'perdure/testing';
import { z } from 'zod';
import { MAX_CARRIED_BYTES, MAX_PAYLOAD_BYTES } from '../../src/common/size-limits';
import { readRun } from '../../src/history';
import { hashOf } from '../support/call-log';
import { activitiesOf, AT_EVERY_STEP, chainOf, NEVER, type WorkflowRun } from '../support/chain';
import { countedQueries } from '../support/counted-queries';
import { troublesOf } from '../support/history';
import { noise } from '../support/noise';
import { serve } from '../support/serve';
import { createStorageDirectory } from '../support/storage-directory';
import { until } from '../support/until';

const KIB = 1024;

/** To look at runs with; they are started by clients of their own. */
let client: AgentClient;

beforeAll(async () => {
  client = await AgentClient.connect();
});

afterAll(() => client.close());

interface Reading {
  readonly pages: number;
  readonly pageSize: number;
  readonly rollOver: object;
  /** What the call of a page says beside its number. */
  readonly remark?: (page: number) => string;
  readonly deps?: JsonValue;
  /** Done while the run runs. */
  readonly meanwhile?: (runId: string) => Promise<void>;
  readonly transcriptCacheSize?: number;
  readonly storage?: string;
}

interface Read {
  readonly runId: string;
  /** What the model and the tools were shown, and what all was said. */
  readonly seen: readonly string[];
  readonly messages: readonly ModelMessage[];
  readonly chain: readonly WorkflowRun[];
  readonly queries: number;
}

/** Reads page after page, one in each step, on a worker of its own. */
async function read(reading: Reading): Promise<Read> {
  const { pages, deps, meanwhile, transcriptCacheSize, storage } = reading;
  const runId = `read-${randomUUID()}`;
  const seen: string[] = [];
  const queries = countedQueries();
  const { taskQueue, stop } = await serve([readerOf(reading, seen)], {
    temporal: queries.temporal,
    ...(transcriptCacheSize === undefined ? {} : { transcriptCacheSize }),
    ...(storage === undefined ? {} : { storage }),
  });
  const asking = await AgentClient.connect({ taskQueue, ...(storage === undefined ? {} : { storage }) });
  const [result] = await Promise.all([asking.run('reader', 'Read.', { deps, runId }), meanwhile?.(runId)]);
  expect(result).toMatchObject({ output: 'Read.', usage: { requests: pages + 1, toolCalls: pages } });
  const messages = await result.allMessages();
  await asking.close();
  await stop();
  return { runId, seen, messages, chain: await chainOf(client, runId), queries: queries.count() };
}

function readerOf({ pages, pageSize, rollOver, remark = () => '' }: Reading, seen: string[]): Agent {
  const turn = defineTool({
    name: 'turn',
    description: 'Turns to a page.',
    input: z.object({ page: z.number(), remark: z.string() }),
    execute: async ({ page }, { messages }) => {
      seen.push(hashOf(await messages()));
      return noise(`page ${page}`, pageSize);
    },
  });
  const model = functionModel((messages): string | ScriptedCall[] => {
    seen.push(hashOf(messages));
    const page = messages.filter(({ kind }) => kind === 'response').length;
    return page < pages ? [{ tool: 'turn', args: { page, remark: remark(page) } }] : 'Read.';
  });
  return defineAgent({ name: 'reader', model, tools: [turn], deps: z.unknown(), rollOver });
}

const loadsIn = (run: WorkflowRun): number =>
  activitiesOf(run).filter((type) => type === 'transcript.load').length;

const resultBytes = ({ events }: WorkflowRun): number[] =>
  events.map(({ activityTaskCompletedEventAttributes: completed }) => sizeOf(completed?.result?.payloads));

/** Of what it was started with. */
const carriedBytes = ({ events }: WorkflowRun): number =>
  sizeOf(events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads);

const sizeOf = (payloads: readonly Payload[] | null | undefined): number =>
  (payloads ?? []).reduce((sum, { data }) => sum + (data?.length ?? 0), 0);

async function expectNoTroubles({ runId, chain }: Read): Promise<void> {
  for (const { execution } of chain) expect(await troublesOf(client, runId, execution)).toEqual([]);
}

/** A worker that remembers nothing: each activity asks the run for what it needs. */
const COLD = { transcriptCacheSize: 1 };

describe.each([
  { transcript: 'a small transcript', size: { pages: 5, pageSize: KIB }, parts: 0 },
  {
    transcript: 'a transcript that is too large to be carried',
    size: { pages: 4, pageSize: 480 * KIB },
    parts: 2,
  },
])('a run with $transcript that is handed on at every step', ({ size, parts }) => {
  let whole: Read;
  let warm: Read;

  beforeAll(async () => {
    whole = await read({ ...size, rollOver: NEVER });
    warm = await read({ ...size, rollOver: AT_EVERY_STEP });
  });

  it('shows model and tools what they would be shown otherwise', async () => {
    expect(warm.chain).toHaveLength(2 * size.pages + 1);
    expect(warm.seen).toEqual(whole.seen);
    expect(warm.messages).toEqual(whole.messages);
    await expectNoTroubles(warm);
  });

  it('is not asked for its transcript by the worker that has carried out what was before', () => {
    expect(warm.queries).toBe(0);
  });

  it('hands on what fits, and has the rest loaded in parts that fit', () => {
    const carried = warm.chain.map(carriedBytes);
    expect(Math.max(...carried)).toBeLessThanOrEqual(MAX_CARRIED_BYTES);
    expect(warm.chain.map(loadsIn).at(-1)).toBe(parts);
    expect(Math.max(...warm.chain.flatMap(resultBytes))).toBeLessThan(MAX_PAYLOAD_BYTES);
  });

  it('is restored by a worker that is new to it each time, and answers queries meanwhile', async () => {
    let answers = 0;
    const meanwhile = async (runId: string): Promise<void> => {
      answers = await queriesUntilTheEnd(runId);
    };
    const cold = await read({ ...size, rollOver: AT_EVERY_STEP, ...COLD, meanwhile });
    expect(cold.seen).toEqual(whole.seen);
    expect(cold.messages).toEqual(whole.messages);
    expect(cold.queries).toBeGreaterThanOrEqual(2 * size.pages);
    expect(answers).toBeGreaterThan(0);
    await expectNoTroubles(cold);
  });

  it('has all its messages in the last workflow run when no other is retained', async () => {
    const run = await readRun(lastOnly(client.temporal), warm.runId);
    expect(run.messagesSoFar()).toEqual(warm.messages);
  });
});

describe('what one workflow run hands to the next', () => {
  it('waits for the end of the step when the calls that are under way are too large', async () => {
    const remark = (page: number): string => (page === 1 ? noise('remark', MAX_PAYLOAD_BYTES - 300) : '');
    const reading = await read({ pages: 3, pageSize: KIB, rollOver: AT_EVERY_STEP, remark });
    const LOAD = 'transcript.load';
    expect(reading.chain.map(activitiesOf)).toEqual([
      ['model.request'],
      ['turn'],
      ['model.request', 'turn'],
      [LOAD, LOAD, 'model.request'],
      [LOAD, LOAD, 'turn'],
      [LOAD, LOAD, 'model.request'],
    ]);
    await expectNoTroubles(reading);
  });

  it('fits beside deps of 1.5 MB, which it brings along', async () => {
    const deps = { map: noise('map', 1_500 * KIB) };
    const reading = await read({ pages: 2, pageSize: KIB, rollOver: AT_EVERY_STEP, deps });
    expect(reading.chain).toHaveLength(5);
    expect(reading.chain.map(loadsIn)).toEqual([0, 0, 0, 0, 0]);
    expect(reading.queries).toBe(0);
    await expectNoTroubles(reading);
  });

  it('goes where large values are stored, whatever its size (bug: with large deps a run was never handed on)', async () => {
    const storage = createStorageDirectory();
    const deps = { map: noise('map', 3_000 * KIB) };
    const stored = { deps, storage: storage.url };
    const reading = await read({ pages: 2, pageSize: 300 * KIB, rollOver: AT_EVERY_STEP, ...stored });
    storage.remove();
    expect(reading.chain).toHaveLength(5);
    expect(Math.max(...reading.chain.map(({ bytes }) => bytes))).toBeLessThan(100 * KIB);
    expect(reading.messages).toHaveLength(6);
    await expectNoTroubles(reading);
  });
});

/** Asks a run again and again what it does, until it has ended; an answer that does not come is an error. */
async function queriesUntilTheEnd(runId: string): Promise<number> {
  const handle = client.temporal.workflow.getHandle(runId);
  await until(() => handle.describe().catch(() => undefined));
  for (let answers = 0; ; answers++) {
    await handle.query('__temporal_workflow_metadata');
    const { status } = await handle.describe();
    if (status.name === 'COMPLETED') return answers;
  }
}

/** Knows of each workflow its last workflow run only. */
function lastOnly({ options, workflow }: Client): Client {
  const getHandle: typeof workflow.getHandle = (runId, execution) => {
    if (execution === undefined) return workflow.getHandle(runId);
    throw new WorkflowNotFoundError('not retained', runId, execution);
  };
  return { options, workflow: { getHandle } } as Client; // all that reading asks for
}
