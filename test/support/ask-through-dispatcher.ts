// Run as a process of its own: asks a model once and prints by which limits the request went out.
import { openAIChatModel } from '../../src/activities/models/openai';
import { textOf } from '../../src/common/messages';
import { asked, requestParameters } from './model-request';

interface Dispatcher {
  dispatch(options: { headersTimeout?: number; bodyTimeout?: number }, handler: unknown): boolean;
}

async function main(): Promise<void> {
  const key = Symbol.for('undici.globalDispatcher.1');
  await fetch('data:,loads-the-dispatcher');
  const original = Reflect.get(globalThis, key) as Dispatcher; // undici's word for it
  let limits = {};
  const dispatch: Dispatcher['dispatch'] = (options, handler) => {
    limits = { headersTimeout: options.headersTimeout, bodyTimeout: options.bodyTimeout };
    return original.dispatch(options, handler);
  };
  Reflect.set(globalThis, key, { dispatch });
  const response = await openAIChatModel('gpt-4o').request(asked('hi'), requestParameters());
  process.stdout.write(JSON.stringify({ ...limits, text: textOf(response) }));
}

void main();
