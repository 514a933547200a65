import { run } from 'perdure/client';
import { support } from './agents';

async function main(): Promise<void> {
  const { output, usage } = await run(support, 'Where is order 42?');
  console.log(output.answer); // a string, and output.refundable is a boolean
  console.log(`${usage.requests} requests, ${usage.toolCalls} tool calls, ${usage.totalTokens} tokens`);
}

void main();
