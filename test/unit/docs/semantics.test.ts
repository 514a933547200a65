import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const DOCUMENT = path.join(__dirname, '..', '..', '..', 'docs', 'semantics.md');
const text = readFileSync(DOCUMENT, 'utf8');

const LINK = /\[test\]\((?<file>[^\s)]+) (?<quote>["'])(?<title>.+?)\k<quote>\)/g;

interface Link {
  readonly file: string;
  readonly title: string;
}

function linksIn(part: string): Link[] {
  return [...part.matchAll(LINK)].map(({ groups = {} }) => ({
    file: groups['file'] ?? '',
    title: groups['title'] ?? '',
  }));
}

/** List items, each in one line. */
const rules = text.split('\n').filter((line) => line.startsWith('- '));

/** Each table's rows without its head, and the paragraph in front of it. */
const tables = text.split('\n\n').flatMap((block, index, blocks) => {
  if (!block.startsWith('|')) return [];
  const [, , ...rows] = block.trimEnd().split('\n');
  return [{ rows, before: blocks[index - 1] ?? '' }];
});

describe('docs/semantics.md', () => {
  it.each(linksIn(text))('says what a test shows: $file, "$title"', ({ file, title }) => {
    const target = path.join(path.dirname(DOCUMENT), file);
    expect(existsSync(target)).toBe(true);
    // As it stands between quotes of the test's source.
    const source = readFileSync(target, 'utf8').replaceAll("\\'", "'");
    expect(source).toContain(title);
  });

  it('has a test for each rule', () => {
    expect(rules.length).toBeGreaterThan(60);
    expect(rules.filter((rule) => linksIn(rule).length === 0)).toEqual([]);
  });

  it('has a test for each row of its tables, or one for all of them in front', () => {
    expect(tables.length).toBeGreaterThan(3);
    for (const { rows, before } of tables) {
      const untested = rows.filter((row) => linksIn(row).length === 0);
      expect(linksIn(before).length > 0 ? [] : untested).toEqual([]);
    }
  });

  it('gives the reason of each deviation in the same line', () => {
    const deviations = text.split('\n').filter((line) => line.includes('**Deviation**:'));
    expect(deviations.length).toBeGreaterThan(10);
    for (const line of deviations) {
      const said = line.slice(line.indexOf('**Deviation**:')).replaceAll(LINK, '');
      expect(said).toMatch(/since|because|for |so that|does not survive|would|infrastructure/);
    }
  });
});
