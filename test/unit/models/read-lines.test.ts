import fc from 'fast-check';
import { readLines } from '../../../src/activities/models/openai/read-lines';

async function linesOf(bytes: Buffer, size: number): Promise<string[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  }
  const lines: string[] = [];
  for await (const line of readLines(pieces())) lines.push(line);
  return lines;
}

describe('readLines', () => {
  it('reads the same lines however the text is cut', async () => {
    const letter = fc.constantFrom('a', 'ü', '🏔️', ':', ' ', '\r', '\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(fc.array(letter), fc.integer({ min: 1, max: 5 }), async (letters, size) => {
        const text = `${letters.join('')}.`; // a lone \r at the very end is no line's end yet
        expect(await linesOf(Buffer.from(text), size)).toEqual(text.split(/\r\n|\r|\n/));
      }),
    );
  });

  it('reads a line of megabytes that comes in thousands of pieces', async () => {
    const lines = await linesOf(Buffer.from(`${'x'.repeat(8 * 1024 * 1024)}\n`), 1024);
    expect(lines.map(({ length }) => length)).toEqual([8 * 1024 * 1024, 0]);
  });
});
