import * as fc from 'fast-check';
import { anyScenario, type Scenario, uncompactedScenario } from './scenario';
import { happeningsIn, Worker } from './worker';

async function expectSame(worker: Worker, happenings: ReturnType<typeof happeningsIn>): Promise<void> {
  for (const happening of happenings) {
    for (const { known, expected } of await worker.take(happening)) expect(known).toEqual(expected);
  }
}

const anyMoments = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });

function atMoments(moments: readonly boolean[]): () => boolean {
  let moment = 0;
  return () => moments[moment++ % moments.length] === true;
}

/**
 * Each turn has asked its model when it ends: workers forget a prompt that no model was told of. None goes back into
 * messages that came together.
 */
const peacefulScenario = uncompactedScenario
  .filter(({ turns }) => turns.every(({ run }) => run.answers.length > 0))
  .map(({ sent, turns }): Scenario => ({
    request: {},
    sent: sent.filter((one) => one.kind !== 'cancel' && !('whenBusy' in one && one.whenBusy === 'interrupt')),
    turns: turns.map((turn) => ({
      ...turn,
      run: { ...turn.run, manifest: { ...turn.run.manifest, usageLimits: {} } },
    })),
  }));

describe('a worker that carries out all activities of a conversation', () => {
  it('reads in each of them what the conversation says, however often it is handed on', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, anyMoments, async (scenario, moments) => {
        await expectSame(new Worker(), happeningsIn(scenario, atMoments(moments)));
      }),
      { numRuns: 150 },
    );
  });

  it('reads the same when it has no room for it, and has to ask', async () => {
    const anySize = fc.integer({ min: 1, max: 12_000 });
    await fc.assert(
      fc.asyncProperty(anyScenario, anyMoments, anySize, async (scenario, moments, size) => {
        await expectSame(new Worker(size), happeningsIn(scenario, atMoments(moments)));
      }),
      { numRuns: 150 },
    );
  });

  it('reads the same when some activities were carried out elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, anyMoments, anyMoments, async (scenario, moments, elsewhere) => {
        const isElsewhere = atMoments(elsewhere);
        const happenings = happeningsIn(scenario, atMoments(moments));
        const other = new Worker();
        const worker = new Worker();
        for (const happening of happenings) {
          const taken = happening.kind === 'handed on' ? [other, worker] : [isElsewhere() ? other : worker];
          for (const one of taken) await expectSame(one, [happening]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('never has to ask for what its own activities have returned', async () => {
    await fc.assert(
      fc.asyncProperty(peacefulScenario, async (scenario) => {
        const worker = new Worker();
        await expectSame(worker, happeningsIn(scenario));
        expect(worker.questions).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
