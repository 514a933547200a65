import * as fc from 'fast-check';
import { asksFirst, isBoundedAs, isFirstRequest, mayBeginRun } from '../../../src/common/first-request';
import type { FirstRequest, RunRequest } from '../../../src/common/wire';
import { nextStep, startRun } from '../../../src/workflows/loop';
import { toManifest } from '../loop/run-script';

const BOUNDS: FirstRequest = {
  model: 'openai:gpt-5',
  timeout: 600_000,
  maximumAttempts: 5,
  heartbeatTimeout: 5_000,
};

describe('what a memo says of the first model request', () => {
  it('is believed when it has all bounds', () => {
    expect(isFirstRequest(BOUNDS)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [BOUNDS]],
    ['no model', { ...BOUNDS, model: undefined }],
    ['a model that is no text', { ...BOUNDS, model: 5 }],
    ['a time-out of 0', { ...BOUNDS, timeout: 0 }],
    ['a negative time-out', { ...BOUNDS, timeout: -1 }],
    ['a time-out in words', { ...BOUNDS, timeout: '10m' }],
    ['an endless time-out', { ...BOUNDS, timeout: Infinity }],
    ['a time-out that no timer can have', { ...BOUNDS, timeout: 2 ** 31 }],
    ['more attempts than Temporal counts', { ...BOUNDS, maximumAttempts: 2 ** 32 }],
    ['no attempts', { ...BOUNDS, maximumAttempts: 0 }],
    ['half an attempt', { ...BOUNDS, maximumAttempts: 1.5 }],
    ['no heartbeat time-out', { ...BOUNDS, heartbeatTimeout: undefined }],
  ])('is not believed when it is %s', (_what, value) => {
    expect(isFirstRequest(value)).toBe(false);
  });
});

describe('a run', () => {
  it.each<[boolean, string, RunRequest]>([
    [true, 'a prompt', { prompt: 'hi' }],
    [true, 'instructions alone', { instructions: 'Greet.' }],
    [
      true,
      'everything but earlier messages',
      { prompt: 'hi', deps: 1, usage: { requests: 1 }, metadata: {} },
    ],
    [false, 'earlier messages', { prompt: 'hi', messageHistory: [] }],
    [false, 'earlier messages that are packed', { prompt: 'hi', messageHistory: { gzip: '' } }],
    [false, 'the messages of another run', { prompt: 'hi', continueFrom: 'other' }],
  ])('may begin with its first model request: %s for %s', (expected, _what, request) => {
    expect(mayBeginRun(request)).toBe(expected);
  });

  it('is bounded as its agent wants it when all bounds are the same', () => {
    const { timeout, maximumAttempts, heartbeatTimeout } = BOUNDS;
    const manifest = { ...toManifest(), modelCall: { timeout, maximumAttempts }, heartbeatTimeout };
    expect(isBoundedAs(manifest, BOUNDS)).toBe(true);
    for (const field of ['timeout', 'maximumAttempts', 'heartbeatTimeout'] as const) {
      expect(isBoundedAs(manifest, { ...BOUNDS, [field]: BOUNDS[field] + 1 })).toBe(false);
    }
  });

  // The worker decides whether the model is asked at once, the workflow what comes next: they must never differ.
  it('asks its model first exactly where its next step is to ask it', () => {
    const limit = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined });
    const limits = fc.record({ requestLimit: limit, inputTokensLimit: limit, totalTokensLimit: limit, costLimit: limit }); // prettier-ignore
    const usage = fc.record({ requests: fc.nat(60), inputTokens: fc.nat(60), outputTokens: fc.nat(60), cost: fc.nat(60) }); // prettier-ignore
    const onLimit = fc.constantFrom('fail' as const, 'final-answer' as const);
    const compactAbove = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined });
    const prompt = fc.option(fc.string({ maxLength: 300 }), { nil: undefined });
    let asked = 0;
    fc.assert(
      fc.property(fc.record({ limits, usage, onLimit, compactAbove, prompt }), (run) => {
        const withoutCompaction = toManifest({ limits: withoutUndefined(run.limits), onLimit: run.onLimit });
        const manifest =
          run.compactAbove === undefined
            ? withoutCompaction
            : { ...withoutCompaction, compactAbove: run.compactAbove };
        const request = { usage: run.usage, ...(run.prompt === undefined ? {} : { prompt: run.prompt }) };
        const step = nextStep(startRun(request, manifest));
        const isAsked = step.kind === 'request-model' && !step.final;
        if (isAsked) asked += 1;
        expect(asksFirst(manifest, request)).toBe(isAsked);
      }),
    );
    expect(asked).toBeGreaterThan(0);
  });

  it('does not ask its model first when it goes on from earlier messages', () => {
    const manifest = { ...toManifest(), start: { kind: 'ask', history: 2 } as const };
    expect(asksFirst(manifest, { prompt: 'hi' })).toBe(false);
  });
});

/** As limits are recorded. */
function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]: NonNullable<Fields[Key]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Fields]: NonNullable<Fields[Key]> }; // entries of itself
}
