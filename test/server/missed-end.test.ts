// Needs a real Temporal server. A loaded one drops, now and then, what it has to tell those who wait for a run's end.
import { randomUUID } from 'node:crypto';
import type { temporal } from '@temporalio/proto';
import type { AgentClient } from 'perdure/client';
import { parrot } from '../support/agents';
import { type Served, serve } from '../support/serve';
import { until } from '../support/until';

let served: Served;

beforeAll(async () => {
  served = await serve([parrot]);
});

afterAll(() => served.stop());

it('the end of a run is found when nobody tells of it (bug: a caller waited 20 s for a run of 60 ms)', async () => {
  const { client } = served;
  const polls = dropFirstNews(client);
  const looks = countLooks(client);
  const result = await client.run(parrot, 'hi', { timeout: '15s' });
  expect(result.output).toBe('You said: hi');
  expect(polls()).toBe(2);
  expect(looks()).toBe(1); // of whoever looks for the end, and whoever looks for a worker
});

it('a run that has ended by the end of the time-out has its result (bug: it was said to go on)', async () => {
  const { client } = served;
  const handle = await client.start(parrot, 'hi', { runId: `missed-${randomUUID()}` });
  await until(async () => (await handle.status()) === 'completed' || undefined);
  dropFirstNews(client);
  const result = await handle.result({ timeout: 1 });
  expect(result.output).toBe('You said: hi');
});

type Poll = AgentClient['temporal']['workflowService']['getWorkflowExecutionHistory'];
type PollRequest = temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryRequest;
type Look = AgentClient['temporal']['workflowService']['describeWorkflowExecution'];
type LookRequest = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionRequest;

/** As a server does that is not told of the end itself: the first who waits for it is not answered within 20 s. */
function dropFirstNews({ temporal: { workflowService } }: AgentClient): () => number {
  let polls = 0;
  const poll = workflowService.getWorkflowExecutionHistory.bind(workflowService);
  const drop = (request: PollRequest): ReturnType<Poll> | Promise<never> => {
    if (request.waitNewEvent !== true) return poll(request);
    polls += 1;
    return polls === 1 ? new Promise<never>(() => undefined) : poll(request);
  };
  workflowService.getWorkflowExecutionHistory = drop as Poll; // its other forms are not called
  return () => polls;
}

function countLooks({ temporal: { workflowService } }: AgentClient): () => number {
  let looks = 0;
  const look = workflowService.describeWorkflowExecution.bind(workflowService);
  const counting = (request: LookRequest): ReturnType<Look> => {
    looks += 1;
    return look(request);
  };
  workflowService.describeWorkflowExecution = counting as Look; // its other forms are not called
  return () => looks;
}
