// Needs a real Temporal server.
import { randomUUID } from 'node:crypto';
import { AgentClient } from 'perdure/client';
import { type Child, killChildren, startProgram } from '../support/child';

let taskQueue: string;
let client: AgentClient;

beforeEach(async () => {
  taskQueue = `signals-${randomUUID()}`;
  client = await AgentClient.connect({ taskQueue });
});

afterEach(async () => {
  killChildren();
  await client.close();
});

function startWorker(options: { readonly shutdownGraceTime?: number } = {}): Child {
  return startProgram('graceful-worker', { taskQueue, ...options });
}

describe('a worker that gets SIGTERM', () => {
  it('finishes what it is doing within its grace time, and exits with 0', async () => {
    const worker = startWorker();
    const handle = await client.start('thinker', '3000');
    await worker.printed('asked');
    worker.signal('SIGTERM');
    expect(await worker.ended).toEqual({ code: 0, signal: null });
    expect(worker.stdout).toBe('asked\nanswered\n');
    startWorker();
    await expect(handle.result()).resolves.toMatchObject({ output: 'Thought.', usage: { requests: 1 } });
  });

  it('hands back what takes longer, and another worker does it', async () => {
    const worker = startWorker({ shutdownGraceTime: 500 });
    const handle = await client.start('thinker', '8000');
    await worker.printed('asked');
    worker.signal('SIGTERM');
    expect(await worker.ended).toEqual({ code: 0, signal: null });
    expect(worker.stdout).toBe('asked\nhanded back\n');
    const successor = startWorker();
    await expect(handle.result()).resolves.toMatchObject({ output: 'Thought.', usage: { requests: 1 } });
    expect(successor.stdout).toBe('asked\nanswered\n');
  });

  it('exits at once when it has nothing to do', async () => {
    const worker = startWorker();
    const handle = await client.start('thinker', '1');
    await handle.result();
    worker.signal('SIGTERM');
    expect(await worker.ended).toEqual({ code: 0, signal: null });
  });
});

describe('a process that gets SIGINT while it waits for a run', () => {
  it('ends, and the run goes on: its id finds the result', async () => {
    startWorker();
    const waiting = startProgram('run-and-wait', { taskQueue, runId: taskQueue });
    await waiting.printed('started');
    waiting.signal('SIGINT');
    expect(await waiting.ended).toEqual({ code: null, signal: 'SIGINT' });
    const handle = client.getRun(taskQueue);
    await expect(handle.result()).resolves.toMatchObject({ output: 'Thought.' });
  });
});
