// Replays recorded runs against the workflow code of this build: what is open while a new version is deployed must go on.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { packageFile } from '../../src/package-file';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const FOLDER = join(__dirname, 'histories');

interface RecordedEvent {
  readonly eventType: string;
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { name: string } };
}

interface RecordedHistory {
  readonly events: readonly RecordedEvent[];
}

const names = readdirSync(FOLDER)
  .map((file) => file.replace('.json', ''))
  .sort();

function read(name: string): RecordedHistory {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as RecordedHistory; // written by the recorder
}

/** A worker works with its own copy of a history. */
function replay(history: RecordedHistory): Promise<void> {
  return Worker.runReplayHistory(
    { workflowBundle: { codePath: packageFile('lib/workflow-bundle.js') } },
    structuredClone(history),
  );
}

describe('recorded runs and conversations', () => {
  it('are of every kind', () => {
    expect(names).toEqual([
      'begun',
      'begun-failed',
      'cancelled',
      'compacted',
      'conversation',
      'conversation-between-turns',
      'conversation-in-mid-turn',
      'conversation-moved',
      'handed-on-calling',
      'handed-on-compacted',
      'handed-on-requesting',
      'killed-worker',
      'limited',
      'loaded',
      'oversize',
      'structured',
      'text',
      'tools',
    ]);
  });

  it.each(names)('can be read by the protobuf library that is installed: %s', (name) => {
    expect(historyFromJSON(read(name)).events).toHaveLength(read(name).events.length);
  });

  it.each(names)('say nothing of the machine that recorded them: %s', (name) => {
    const places = JSON.stringify(read(name)).match(/node_modules|\.js:\d+|\d+@[\w-]+/g);
    expect(places).toBeNull();
  });

  it.each(names)('are repeated step by step by the workflow code: %s', async (name) => {
    await expect(replay(read(name))).resolves.toBeUndefined();
  });

  it('fail when a step is not the recorded one', async () => {
    const history = structuredClone(read('tools'));
    const tool = history.events
      .map((event) => event.activityTaskScheduledEventAttributes?.activityType)
      .find((type) => type?.name === 'number');
    if (tool === undefined) throw new Error('the recorded run calls a tool');
    tool.name = 'letter';
    await expect(replay(history)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
  });

  it('fail when a step is missing', async () => {
    const { events } = read('text');
    const end = events.findIndex(({ eventType }) => eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED');
    await expect(replay({ events: [...events.slice(0, end), ...events.slice(-1)] })).rejects.toThrow();
  });
});
