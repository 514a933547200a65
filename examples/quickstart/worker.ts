import { offlineModel } from 'perdure/testing';
import { createWorker, type Models } from 'perdure/worker';
import { support } from './agents';

// Without a key, a model that follows rules answers in place of the real one. Yours needs no `models`.
const models: Models = process.env.OPENAI_API_KEY ? {} : { 'openai:gpt-5-mini': offlineModel() };

async function main(): Promise<void> {
  const worker = await createWorker({ agents: [support], models });
  await worker.run();
}

void main();
