import * as fc from 'fast-check';
import type { RecordedConversation } from '../../../src/history';
import { Talk, type TurnMaterial } from './talk';

type Material =
  | { readonly kind: 'turn' | 'retry'; readonly turn: TurnMaterial }
  | { readonly kind: 'rewind'; readonly index: number }
  | { readonly kind: 'roll'; readonly light: boolean };

const turn: fc.Arbitrary<TurnMaterial> = fc.record({
  calls: fc.nat(2),
  events: fc.array(fc.constantFrom('step', 'step', 'step', 'roll', 'roll light', 'compact', 'summarize'), {
    maxLength: 7,
  }),
  end: fc.constantFrom('completed', 'completed', 'completed', 'failed', 'cancelled', 'not begun'),
  awaited: fc.boolean(),
});

const material: fc.Arbitrary<Material> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('turn' as const), turn }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retry' as const), turn }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewind' as const), index: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('roll' as const), light: fc.boolean() }) },
);

function happen(talk: Talk, event: Material): void {
  switch (event.kind) {
    case 'turn':
      return talk.take(event.turn);
    case 'retry':
      return talk.retry(event.turn);
    case 'rewind':
      return talk.rewind(event.index);
    case 'roll':
      return talk.roll(event.light);
  }
}

function expectSame(recorded: RecordedConversation, talk: Talk): void {
  expect(recorded.seenSoFar()).toEqual(talk.seen);
  expect(recorded.usage).toEqual(talk.usage);
  expect(recorded.before + recorded.messagesSoFar().length).toBe(talk.total);
  const known = new Map(recorded.placedTurns().map(({ id, span }) => [id, span]));
  for (const [id, span] of talk.spans) expect([id, known.get(id)]).toEqual([id, span]);
}

describe('what history says of any conversation', () => {
  it('are the messages, the usage and the turns that the conversation itself had', () => {
    fc.assert(
      fc.property(fc.array(material, { minLength: 1, maxLength: 8 }), (events) => {
        const talk = new Talk();
        for (const event of events) {
          happen(talk, event);
          expectSame(talk.whole, talk);
          expectSame(talk.last, talk);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('tells of the same places, whether all of it was read or its last workflow run', () => {
    fc.assert(
      fc.property(fc.array(material, { minLength: 1, maxLength: 8 }), (events) => {
        const talk = new Talk();
        for (const event of events) happen(talk, event);
        const whole = new Map(talk.whole.placedTurns().map((placed) => [placed.id, placed]));
        for (const { id, from, to } of talk.last.placedTurns()) {
          if (from === undefined) continue;
          expect(whole.get(id)).toMatchObject({ from, to });
        }
      }),
      { numRuns: 200 },
    );
  });
});
