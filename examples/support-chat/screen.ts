import { clearLine, cursorTo } from 'node:readline';
import { createInterface, type Interface } from 'node:readline/promises';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const isTerminal = process.stdout.isTTY && process.stdin.isTTY;
const isColourful = process.stdout.isTTY && !process.env.NO_COLOR;

export function paint(style: Style, text: string): string {
  return isColourful ? styleText(style, text) : text;
}

/** Lines in and out. What is printed while somebody types does not disturb what was typed. */
export class Screen {
  /** A person who reads and types, not a pipe. */
  readonly isInteractive = isTerminal;
  /** What is typed, or comes through the pipe. */
  readonly lines: AsyncIterable<string>;
  /** Resolves at Ctrl-C. */
  readonly interrupted: Promise<undefined>;
  readonly #input: Interface;
  #isPrompting = false;

  constructor(prompt: string) {
    this.#input = createInterface({
      input: process.stdin,
      ...(isTerminal ? { output: process.stdout } : {}),
      prompt: paint('cyan', prompt),
    });
    const lines = this.#input[Symbol.asyncIterator](); // at once: what comes before somebody listens would be lost
    this.lines = { [Symbol.asyncIterator]: () => lines };
    this.interrupted = new Promise((resolve) => this.#input.once('SIGINT', () => resolve(undefined)));
  }

  prompt(): void {
    this.#isPrompting = isTerminal;
    if (isTerminal) this.#input.prompt();
  }

  /** What is typed from now on belongs to the next line. */
  unprompt(): void {
    this.#isPrompting = false;
  }

  print(text: string): void {
    if (this.#isPrompting) {
      cursorTo(process.stdout, 0);
      clearLine(process.stdout, 0);
    }
    process.stdout.write(`${text}\n`);
    if (this.#isPrompting) this.#input.prompt(true);
  }

  note(text: string): void {
    this.print(paint('dim', text));
  }

  close(): void {
    this.#input.close();
  }
}
