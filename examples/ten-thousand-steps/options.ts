import { parseArgs } from 'node:util';

export const HELP = `npm run ten-thousand-steps -- [--calls <n>] [--kill <n>] [--roll-over <KiB>]

  --calls      How many tool calls the run takes.  Default: 10000; with OPENAI_API_KEY 100, because they cost money
  --kill       How often its worker is killed.     Default: 3
  --roll-over  History after which another workflow run goes on, in KiB.  Default: the library's, 3072`;

export interface Options {
  readonly calls: number;
  readonly kills: number;
  /** In bytes; the library's own when absent. */
  readonly rollOver: number | undefined;
  readonly help: boolean;
}

/** @throws {Error} naming the bad option. */
export function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      calls: { type: 'string', default: process.env.OPENAI_API_KEY ? '100' : '10000' },
      kill: { type: 'string', default: '3' },
      'roll-over': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const rollOver = values['roll-over'];
  return {
    calls: toCount('calls', values.calls, 1),
    kills: toCount('kill', values.kill, 0),
    rollOver: rollOver === undefined ? undefined : toCount('roll-over', rollOver, 1) * 1024,
    help: values.help,
  };
}

function toCount(name: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= least) return count;
  throw new Error(`--${name} is '${text}': expected a whole number from ${least} on`);
}
