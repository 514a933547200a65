// What a user of the package writes: the package's test installs it, compiles this as CommonJS and as ES module, and runs it.
import { defineAgent, defineTool } from 'perdure';
import { AgentClient } from 'perdure/client';
import { startDevServer } from 'perdure/dev-server';
import { scriptedModel } from 'perdure/testing';
import { createWorker } from 'perdure/worker';
import { z } from 'zod';

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ left: z.number(), right: z.number() }),
  execute: ({ left, right }) => left + right,
});
const model = scriptedModel([
  [{ tool: 'add', args: { left: 1, right: 2 } }],
  [{ tool: 'final_result', args: { sum: 3 } }],
]);
const adder = defineAgent({ name: 'adder', model, tools: [add], output: z.object({ sum: z.number() }) });

async function main(): Promise<void> {
  const server = await startDevServer({ ui: false });
  const place = { connection: { address: server.address }, taskQueue: `package-${process.pid}` };
  const worker = await createWorker({ agents: [adder], ...place });
  const client = await AgentClient.connect({ ...place.connection, taskQueue: place.taskQueue });
  const { output, usage } = await worker.runUntil(client.run(adder, 'What is 1 + 2?'));
  console.log(
    `the sum is ${output.sum.toFixed(1)} after ${usage.requests} requests and ${usage.toolCalls} call`,
  );
  await client.close();
  await server.stop();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
