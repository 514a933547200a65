// Needs a real Temporal server. What test/long/runs.test.ts shows of thousands of calls, with hundreds.
import { startDevServer } from 'perdure/dev-server';
import { MAX_CARRIED_BYTES } from '../../src/common/size-limits';
import { growthOf, NEVER } from '../support/chain';
import { describeRead, PageReaders, type ReadRun } from '../support/page-readers';
import { until } from '../support/until';

const KIB = 1024;

let readers: PageReaders | undefined;

afterEach(async () => {
  await readers?.stop();
  readers = undefined;
});

const address = (): string => process.env['TEMPORAL_ADDRESS'] ?? '';

function tell(what: string, run: ReadRun): void {
  process.stderr.write(`${what}: ${describeRead(run)}\n`);
}

it('a run of 300 calls within a context of 40,000 tokens keeps each of its workflow runs small, and makes each call once', async () => {
  const contextTokens = 40_000;
  const rollOver = { historyBytes: 300 * KIB, historyEvents: 4_000 };
  readers = await PageReaders.start({
    address: address(),
    ...{ pageSize: 2 * KIB, pagesPerResponse: 10 },
    agents: [{ name: 'reader', rollOver, contextTokens }],
  });
  const run = await readers.read('reader', 300);
  tell('with compaction', run);
  expect(run.output).toBe('Read.');
  expect(run.usage).toMatchObject({ requests: 31, toolCalls: 300, inputTokens: 3_100, outputTokens: 310 });
  expect(run.chain.length).toBeGreaterThan(2);
  expect(Math.max(...run.chain.map(({ bytes }) => bytes))).toBeLessThan(600 * KIB);
  const keys = run.calls.flatMap(({ key = [] }) => key);
  expect(keys).toHaveLength(300);
  expect(new Set(keys).size).toBe(300);
  expect(run.compactions.length).toBeGreaterThan(5);
  expect(Math.max(...run.calls.map(({ tokens = 0 }) => tokens))).toBeLessThanOrEqual(contextTokens);
  expect(run.messages).toHaveLength(1 + 2 * 30 + 1);
});

it('a run of 120 calls that nothing compacts is what it would be in one workflow run, also when its worker dies', async () => {
  const rollOver = { historyBytes: 300 * KIB, historyEvents: 4_000 };
  readers = await PageReaders.start({
    address: address(),
    ...{ pageSize: 10 * KIB, pagesPerResponse: 1 },
    agents: [
      { name: 'whole', rollOver: NEVER },
      { name: 'rolled', rollOver },
    ],
  });
  const [whole, rolled] = [await readers.read('whole', 120), await readThroughKill(readers)];
  tell('without compaction', rolled);
  expect(rolled.output).toBe(whole.output);
  expect(rolled.usage).toEqual(whole.usage);
  expect(rolled.messages).toEqual(whole.messages);
  expect(rolled.chain.length).toBeGreaterThan(4);
  const mostAtTheEnd = MAX_CARRIED_BYTES + 20 * KIB; // what is handed on, and what the last step brought
  expect(Math.max(...rolled.chain.map(growthOf))).toBeLessThan(rollOver.historyBytes + mostAtTheEnd);
});

it("a run does not go by the server's word on the size of what it was handed (bug: from 4 MiB of messages on it was handed on at every step)", async () => {
  const suggest = { 'limit.historySize.suggestContinueAsNew': 300 * KIB };
  const environment = { ...process.env, TEMPORAL_ADDRESS: '' };
  const server = await startDevServer({ ui: false, dynamicConfig: suggest, environment });
  readers = await PageReaders.start({
    address: server.address,
    ...{ pageSize: 10 * KIB, pagesPerResponse: 1 },
    agents: [{ name: 'reader', rollOver: NEVER }],
  });
  const run = await readers.read('reader', 100);
  tell('with a server that suggests it', run);
  const [first, ...others] = run.chain;
  expect(first?.bytes).toBeLessThan(300 * KIB + MAX_CARRIED_BYTES);
  for (const workflowRun of others.slice(0, -1)) {
    expect(growthOf(workflowRun)).toBeGreaterThan(0.45 * workflowRun.bytes);
  }
  expect(others.length).toBeLessThan(5);
  await readers.stop();
  readers = undefined;
  await server.stop();
});

async function readThroughKill(started: PageReaders): Promise<ReadRun> {
  const reading = started.read('rolled', 120);
  await until(() => started.calls().find(({ run, step }) => run.startsWith('rolled') && step === 90));
  const next = await started.replaceWorker();
  const run = await reading;
  const { secondsToNextRequest } = next();
  process.stderr.write(`${secondsToNextRequest} s from the death of a worker to the next request\n`);
  expect(secondsToNextRequest).toBeLessThan(60);
  return run;
}
