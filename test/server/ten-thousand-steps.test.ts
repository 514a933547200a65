// Needs a real Temporal server: the suite's.
import { killChildren, startExample } from '../support/child';

afterEach(killChildren);

describe('the example of ten thousand steps', () => {
  it('makes every call once in many workflow runs, while its worker is killed', async () => {
    const command = ['--calls', '150', '--kill', '1', '--roll-over', '128'];
    const example = startExample(['ten-thousand-steps/main.ts', ...command], { OPENAI_API_KEY: '' });
    const { code } = await example.ended;

    expect({ code, stderr: example.stderr }).toEqual({ code: 0, stderr: '' });
    const { stdout } = example;
    expect(stdout).toMatch(
      /\d+ of 150 calls · workflow run \d, \d+ KiB of history in it · the model reads \S+ tokens/,
    );
    expect(stdout).toMatch(/SIGKILL +worker \d+ is gone, after \d+ calls/);
    expect(stdout).toMatch(/answer +150 pages, and the word '\w+': right/);
    expect(stdout).toMatch(/tool +150 calls made; finished ones repeated: 0(;|$)/m);
    expect(stdout).toMatch(/model +151 requests; finished ones repeated: 0(;|$)/m);
    expect(stdout).toMatch(/usage +151 requests, 150 tool calls, \S+ tokens/);
    const [, runs, largest] = /chain +(\d+) workflow runs, the largest with (\d+) KiB/.exec(stdout) ?? [];
    expect(Number(runs)).toBeGreaterThanOrEqual(3);
    expect(Number(largest)).toBeLessThan(600); // what it is handed counts, too
  });

  it('says which option is wrong', async () => {
    const example = startExample(['ten-thousand-steps/main.ts', '--calls', 'many']);

    expect((await example.ended).code).toBe(1);
    expect(example.stderr).toContain("--calls is 'many': expected a whole number from 1 on");
  });
});
