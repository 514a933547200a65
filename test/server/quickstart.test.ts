// Starts a Temporal server of its own, because the quick start uses the task queue that everybody uses.
import { AgentRunError, NoWorkerError, RunTimedOutError, ServerUnreachableError } from 'perdure';
import { type DevServer, startDevServer } from 'perdure/dev-server';
import { scriptedModel } from 'perdure/testing';
import { explain } from '../../examples/quickstart/explain';
import { support } from '../../examples/quickstart/agents';
import { killChildren, startExample } from '../support/child';
import { serve } from '../support/serve';

describe('the quick start', () => {
  let server: DevServer;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    server = await startDevServer({ ui: false, environment: { ...process.env, TEMPORAL_ADDRESS: '' } });
    environment = { TEMPORAL_ADDRESS: server.address, TEMPORAL_UI_URL: '', OPENAI_API_KEY: '' };
  });

  afterAll(async () => {
    killChildren();
    await server.stop();
  });

  it('runs as it stands: a worker, a run, a run started by name', async () => {
    const worker = startExample(['quickstart/worker.ts'], environment);
    const run = startExample(['quickstart/run.ts'], environment);
    const { code } = await run.ended;

    expect({ code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^Lookup order: order number 42.*\n2 requests, 1 tool calls, \d+ tokens\n$/);

    const start = startExample(['quickstart/start.ts'], environment);
    expect((await start.ended).code).toBe(0);
    expect(start.stdout).toMatch(/\/namespaces\/default\/workflows\/ticket-7\n/);

    worker.signal('SIGTERM');
    expect((await worker.ended).code).toBe(0);
  });
});

describe('an agent in a test', () => {
  it('gets its answers from a script', async () => {
    // #region scripted
    const model = scriptedModel([
      [{ tool: 'lookup_order', args: { orderNumber: '42' } }],
      [{ tool: 'final_result', args: { answer: 'It comes in two days.', refundable: false } }],
    ]);
    const { client, stop } = await serve([{ ...support, model }]);
    const result = await client.run(support, 'Where is order 42?');
    expect(result.output.refundable).toBe(false);
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 1 });
    model.assertFinished(); // everything was asked for
    // #endregion scripted
    await stop();
  });
});

describe('what became of a run without a result', () => {
  const runId = 'ticket-7';

  it.each([
    [
      new ServerUnreachableError('', { address: 'here:7233' }),
      'Nothing was started: here:7233 does not answer.',
    ],
    [
      new NoWorkerError('', { runId, agent: 'support', taskQueue: 'agents' }),
      'Run ticket-7 waits for a worker on agents.',
    ],
    [new RunTimedOutError('', { runId, stillRunning: true }), 'Run ticket-7 goes on.'],
    [new AgentRunError('', { runId }), 'AgentRunError after 0 tokens.'],
  ])('is told by the class of %s', (error, expected) => {
    expect(explain(error)).toBe(expected);
  });
});
