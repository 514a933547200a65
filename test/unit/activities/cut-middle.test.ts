import * as fc from 'fast-check';
import { cutMiddle } from '../../../src/activities/compaction/cut-middle';
import { estimateTextTokens } from '../../../src/common/token-estimate';

describe('a text without its middle', () => {
  it('is as it was when it fits', () => {
    expect(cutMiddle('short', 2)).toBe('short');
  });

  it('has its beginning, twice as much of its end, and says how much is missing', () => {
    const text = `${'a'.repeat(1_000)}${'b'.repeat(1_000)}`;
    expect(cutMiddle(text, 100)).toMatch(/^a{110,130}\n\[… 1\d{3} characters left out …\]\nb{220,250}$/);
  });

  it('is nothing where not even that can be said', () => {
    expect(cutMiddle('a'.repeat(1_000), 3)).toBe('');
    expect(cutMiddle('a', 0)).toBe('');
  });

  it('has no more tokens than it may have, in any script, and no half of a character', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ж', '字', '😀'), maxLength: 600, size: 'max' });
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 200 }), (whole, tokens) => {
        const cut = cutMiddle(whole, tokens);
        expect(estimateTextTokens(cut)).toBeLessThanOrEqual(tokens);
        expect(Buffer.from(cut).toString()).toBe(cut);
      }),
      { numRuns: 1_000 },
    );
  });
});
