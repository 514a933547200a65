// A Temporal worker made by hand, with workflows and activities of its user's beside the agents.
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { defineAgent, defineTool } from 'perdure';
import { scriptedModel } from 'perdure/testing';
import { perdurePlugin } from 'perdure/worker';
import { z } from 'zod';
import { parrot } from '../support/agents';
import { programOptions } from './run-worker';

const clock = defineTool({
  name: 'clock',
  description: 'Tells the time.',
  input: z.object({}),
  execute: () => 'noon',
});
const model = scriptedModel([[{ tool: 'clock' }], 'It is noon.']);
const watchman = defineAgent({ name: 'watchman', model, tools: [clock] });

async function main(): Promise<void> {
  const { taskQueue } = programOptions<{ taskQueue: string }>();
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: path.join(__dirname, '..', 'support', 'own-workflows.ts'),
    activities: { greet: async (name: string) => `Hello, ${name}` },
    plugins: [perdurePlugin({ agents: [parrot, watchman] })],
  });
  await worker.run();
  await connection.close();
}

void main();
