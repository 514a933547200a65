import { statSync } from 'node:fs';
import path from 'node:path';

const FILES = [
  path.join(__dirname, 'agent.ts'),
  require.resolve('perdure/worker'),
  require.resolve('perdure'),
];

/** What a worker that is started now serves. A terminal replaces one that was started with another model, or older code. */
export function workerVersion(): string {
  const model = process.env.OPENAI_API_KEY ? 'openai' : 'offline';
  const changed = FILES.map((file) => statSync(file).mtimeMs);
  return [model, ...changed].join(' ');
}
