import * as fc from 'fast-check';
import { toBoundedIssues } from '../../../src/activities/validation-issues';
import { MAX_RETRY_TEXT_LENGTH } from '../../../src/common/size-limits';

describe('what a model is told about its mistakes', () => {
  it('is everything when that is little', () => {
    const issues = [
      { path: 'a.0', message: 'expected number' },
      { path: '', message: 'unknown key' },
    ];
    expect(toBoundedIssues(issues)).toEqual(issues);
    expect(toBoundedIssues([])).toEqual([]);
  });

  it('has long paths and messages cut, and says by how much', () => {
    const [issue] = toBoundedIssues([{ path: 'p'.repeat(1_000), message: 'm'.repeat(10_000) }]);
    expect(issue?.path).toBe(`${'p'.repeat(200)}… (800 more characters)`);
    expect(issue?.message).toBe(`${'m'.repeat(500)}… (9500 more characters)`);
  });

  it('are the first mistakes of thousands', () => {
    const issues = Array.from({ length: 5_000 }, (_, index) => ({
      path: `items.${index}`,
      message: 'is wrong',
    }));
    const bounded = toBoundedIssues(issues);
    expect(bounded.length).toBeGreaterThan(50);
    expect(bounded).toEqual(issues.slice(0, bounded.length));
  });

  it('is never more than the limit, and never nothing', () => {
    const issue = fc.record({
      path: fc.string({ maxLength: 400 }),
      message: fc.string({ maxLength: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(issue, { minLength: 1, maxLength: 60 }), (issues) => {
        const bounded = toBoundedIssues(issues);
        const length = bounded.reduce((sum, { path, message }) => sum + path.length + message.length, 0);
        expect(bounded.length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(MAX_RETRY_TEXT_LENGTH);
      }),
    );
  });
});
