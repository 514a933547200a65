import { styleText } from 'node:util';
import type { RunResult } from 'perdure/client';

const isColourful = process.stdout.isTTY && !process.env.NO_COLOR;
/** Columns of the terminal; there are none without one. */
const WIDTH = process.stdout.isTTY ? Math.max(60, process.stdout.columns || 80) : 110;

export type Style = Parameters<typeof styleText>[0];

export function paint(style: Style, text: string): string {
  return isColourful ? styleText(style, text) : text;
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function printTitle(text: string): void {
  printLine(`\n${paint('bold', text)}`);
}

const NAME_WIDTH = 12;

/** A fact with its name in front of it, on as many lines as it takes. */
export function printFact(name: string, text: string): void {
  const lines = wrap(text, WIDTH - NAME_WIDTH - 3);
  lines.forEach((line, index) =>
    printLine(`  ${paint('dim', (index === 0 ? name : '').padEnd(NAME_WIDTH))} ${line}`),
  );
}

/** Breaks between words. What is longer than a line stays whole, because it may be a link. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Something that happened in a run, as long as fits on a line. */
export function printEvent(
  seconds: number,
  who: string,
  { text, style }: { text: string; style: Style },
): void {
  const room = WIDTH - 22;
  const line = text.replace(/\s+/g, ' ');
  const cut = line.length > room ? `${line.slice(0, room - 1)}…` : line;
  printLine(
    `  ${paint('dim', `${seconds.toFixed(1).padStart(5)} s`)}  ${paint(style, who.padEnd(7))} ${cut}`,
  );
}

export function printAnswer<Output>({ output, usage }: RunResult<Output>): void {
  const lines = typeof output === 'object' && output !== null ? toLines(output) : [String(output)];
  lines.forEach((line, index) => printFact(index === 0 ? 'answer' : '', line));
  const { requests, toolCalls, totalTokens } = usage;
  printFact(
    'usage',
    `${requests} model requests, ${toolCalls} tool calls, ${totalTokens.toLocaleString('en')} tokens`,
  );
}

function toLines(output: object): string[] {
  return Object.entries(output).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
}
