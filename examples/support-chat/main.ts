// The chat: npm run chat -- --help
import { parseArgs } from 'node:util';
import { AgentClient } from 'perdure/client';
import type { support } from './agent';
import { Backend, type ServerPlace } from './backend';
import { TASK_QUEUE } from './background';
import { Screen } from './screen';
import { talk } from './talk';

const HELP = `npm run chat -- [--id <conversation>] [--as <name>]

  --id    Which conversation; two terminals may have the same.  Default: customer-1
  --as    Who you are.                                          Default: customer
  --stop  Ends the server and the worker, which otherwise stay 10 minutes. What was said stays.

Messages may come through a pipe: echo "Where is order 42?" | npm run chat`;

const OPTIONS = {
  id: { type: 'string', default: 'customer-1' },
  as: { type: 'string', default: 'customer' },
  stop: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function main(): Promise<number> {
  const { id, as: by, stop, help } = parseArgs({ options: OPTIONS }).values;
  if (help) console.log(HELP);
  else if (stop) await new Backend().stop();
  else return chat(id, by);
  return 0;
}

async function chat(id: string, by: string): Promise<number> {
  const backend = new Backend();
  const screen = new Screen(`${by}> `);
  try {
    const place = await Promise.race([backend.start((line) => screen.note(line)), screen.interrupted]);
    if (place === undefined) return 0;
    return await talk({ ...(await connect(place, id)), backend, screen, by });
  } finally {
    screen.close();
  }
}

/** By its name: a client needs nothing of an agent but its type. */
async function connect(place: ServerPlace, id: string) {
  const client = await AgentClient.connect({ ...place, taskQueue: TASK_QUEUE });
  return { client, chat: client.conversation<typeof support>('support', id) };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`The chat failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
