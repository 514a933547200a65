import { clearLine, cursorTo } from 'node:readline';

const NAME_WIDTH = 10;

/** Prints facts below each other, and progress on a line that changes; without a terminal, on a line for each tenth. */
export class Screen {
  #isLineOpen = false;
  #tenths = 0;

  fact(name: string, text: string): void {
    this.line(`  ${name.padEnd(NAME_WIDTH)} ${text}`);
  }

  line(text: string): void {
    if (this.#isLineOpen) process.stdout.write('\n');
    this.#isLineOpen = false;
    process.stdout.write(`${text}\n`);
  }

  /** @param share From 0 to 1. */
  progress(text: string, share: number): void {
    if (!process.stdout.isTTY) {
      const tenths = Math.floor(share * 10);
      if (tenths > this.#tenths) this.line(`  ${text}`);
      this.#tenths = tenths;
      return;
    }
    cursorTo(process.stdout, 0);
    clearLine(process.stdout, 0);
    process.stdout.write(`  ${text}`);
    this.#isLineOpen = true;
  }
}

export function toNumber(count: number): string {
  return count.toLocaleString('en');
}

export function toKibibytes(bytes: number): string {
  return `${toNumber(Math.round(bytes / 1024))} KiB`;
}
