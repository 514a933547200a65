// Starts Temporal servers of its own. Takes some minutes.
import { startDevServer } from 'perdure/dev-server';
import { growthOf, NEVER } from '../support/chain';
import { describeRead, PageReaders, type ReadRun } from '../support/page-readers';
import { until } from '../support/until';

const KIB = 1024;
const FOUR_MIB = 4 * 1024 * KIB;
const HALF_AN_HOUR = 30 * 60_000;

const started: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

/** Agents that read, on a server of their own. */
async function startReaders(
  options: Omit<Parameters<typeof PageReaders.start>[0], 'address'>,
  dynamicConfig: Record<string, number> = {},
): Promise<PageReaders> {
  const environment = { ...process.env, TEMPORAL_ADDRESS: '' };
  const server = await startDevServer({ ui: false, dynamicConfig, environment });
  started.push(server);
  const readers = await PageReaders.start({ address: server.address, ...options });
  started.push(readers);
  return readers;
}

function tell(what: string): void {
  process.stderr.write(`${what}\n`);
}

it(
  'a run of 5,000 calls with results of 2 KB, within a context of 200,000 tokens, completes: no workflow run beyond 4 MiB, no call made twice, usage exact',
  async () => {
    const contextTokens = 200_000;
    const agents = [{ name: 'reader', contextTokens }];
    const readers = await startReaders({ pageSize: 2 * KIB, pagesPerResponse: 10, agents });
    const run = await readers.read('reader', 5_000);
    tell(describeRead(run));
    expect(run.output).toBe('Read.');
    expect(run.usage).toMatchObject({
      requests: 501,
      toolCalls: 5_000,
      inputTokens: 50_100,
      outputTokens: 5_010,
    });
    expect(Math.max(...run.chain.map(({ bytes }) => bytes))).toBeLessThan(FOUR_MIB);
    const keys = run.calls.flatMap(({ key = [] }) => key);
    expect(keys).toHaveLength(5_000);
    expect(new Set(keys).size).toBe(5_000);
    expect(run.compactions.length).toBeGreaterThan(10);
    expect(Math.max(...run.calls.map(({ tokens = 0 }) => tokens))).toBeLessThanOrEqual(contextTokens);
    expect(run.messages).toHaveLength(1 + 2 * 500 + 1);
  },
  HALF_AN_HOUR,
);

const PAGES = 1_000;

/** Never suggests that another workflow run goes on. */
const SILENT = {
  'limit.historySize.suggestContinueAsNew': 40 * 1024 * KIB,
  'limit.historyCount.suggestContinueAsNew': 50_000,
};

it(
  'a run of 1,000 calls with results of 10 KB that nothing compacts is what it would be in one workflow run, and goes on in seconds when its worker dies',
  async () => {
    const pages = { pageSize: 10 * KIB, pagesPerResponse: 1 };
    const rolling = await startReaders({ ...pages, agents: [{ name: 'rolled' }] });
    const rolled = await readThroughKill(rolling);
    tell(`handed on: ${describeRead(rolled)}`);
    const one = await startReaders({ ...pages, agents: [{ name: 'whole', rollOver: NEVER }] }, SILENT);
    const whole = await one.read('whole', PAGES);
    tell(`in one workflow run: ${describeRead(whole)}`);
    expect(whole.chain).toHaveLength(1);
    expect(rolled.output).toBe(whole.output);
    expect(rolled.usage).toEqual(whole.usage);
    expect(rolled.messages).toEqual(whole.messages);
    expect(JSON.stringify(rolled.messages).length).toBeGreaterThan(10_000_000);
    expect(rolled.chain.length).toBeGreaterThan(3);
    expect(Math.max(...rolled.chain.map(growthOf))).toBeLessThan(FOUR_MIB);
  },
  HALF_AN_HOUR,
);

async function readThroughKill(readers: PageReaders): Promise<ReadRun> {
  const reading = readers.read('rolled', PAGES);
  await until(() =>
    readers.calls().find(({ run, step }) => run.startsWith('rolled') && step === 0.9 * PAGES),
  );
  const next = await readers.replaceWorker();
  const run = await reading;
  const { secondsToNextRequest } = next();
  tell(`${secondsToNextRequest} s from the death of a worker to the next request, ${0.9 * PAGES} calls deep`);
  expect(secondsToNextRequest).toBeLessThan(60);
  return run;
}
