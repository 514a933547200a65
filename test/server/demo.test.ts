// Needs a real Temporal server: the suite's.
import { killChildren, startExample } from '../support/child';

afterEach(killChildren);

describe('the demo', () => {
  it('shows a run, then one whose worker is killed, without asking the model twice', async () => {
    const demo = startExample(['demo/main.ts'], { OPENAI_API_KEY: '' });
    const { code } = await demo.ended;

    expect({ code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' });
    expect(demo.stdout).toMatch(/page .*http:.*\/workflows\/support-/);
    expect(demo.stdout).toMatch(/model +calls track_parcel {"parcelCode":"P-7741"}/);
    expect(demo.stdout).toMatch(/daysLeft: 2\n +usage +3 model requests, 2 tool calls, \S+ tokens/);
    expect(demo.stdout).toMatch(/SIGKILL: worker \d+ is gone, with 'reserve_item'/);
    expect(demo.stdout).toMatch(/arrivesInDays: 3\n +usage +5 model requests, 4 tool calls/);
    expect(demo.stdout).toMatch(/went on +\d+\.\d s after the kill, next result after \d+\.\d s/);
    expect(demo.stdout).toMatch(
      /model +5 calls in history, 5 attempts: none was repeated; 5 in the model's own log/,
    );
    expect(demo.stdout).toMatch(/tools +4 calls in history, 5 attempts: the 1 in flight was repeated/);
  });

  it('stays up with --stay until it is interrupted, and then leaves nothing behind', async () => {
    const demo = startExample(['demo/main.ts', '--stay'], { OPENAI_API_KEY: '' });
    await demo.printed('until Ctrl-C');
    const workers = [...demo.stdout.matchAll(/started worker (\d+)$|process (\d+), up/gm)].map(
      ([, one, other]) => Number(one ?? other),
    );

    demo.signal('SIGINT');

    expect((await demo.ended).code).toBe(0);
    expect(workers).toHaveLength(2);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  it('fails with the reason when it cannot have a server', async () => {
    const demo = startExample(['demo/main.ts'], { TEMPORAL_ADDRESS: '', TEMPORAL_CLI: '/nowhere/temporal' });

    expect((await demo.ended).code).toBe(1);
    expect(demo.stderr).toContain('The demo failed: TEMPORAL_CLI is "/nowhere/temporal"');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
