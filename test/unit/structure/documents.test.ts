import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cutFrom, quotesOf } from './quotes';

const ROOT = path.join(__dirname, '..', '..', '..');

/** Code that the type checker and the tests see. */
const RUNNING = ['examples/', 'test/', 'src/', 'bench/', 'scripts/', 'deploy/'];

const documents = [
  ...['README.md', 'CHANGELOG.md', 'AGENTS.md'].filter((name) => existsSync(path.join(ROOT, name))),
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join('docs', name)),
];

const quotes = documents.flatMap((document) =>
  quotesOf(document, readFileSync(path.join(ROOT, document), 'utf8')),
);

describe('the reader of documents', () => {
  it('finds each fenced block and the place it names', () => {
    const text = '<!-- examples/a.ts#first -->\n\n```ts\nconst a = 1;\n```\n\n```sh\nnpm test\n```\n';
    expect(quotesOf('a.md', text)).toEqual([
      { where: 'a.md:3', language: 'ts', source: 'examples/a.ts', region: 'first', code: 'const a = 1;' },
      { where: 'a.md:7', language: 'sh', source: undefined, region: undefined, code: 'npm test' },
    ]);
  });

  it('cuts a region out of a file, without its indentation and without markers', () => {
    const text =
      'a;\n  // #region one\n  b;\n  // #region two\n    c;\n  // #endregion two\n\n  // #endregion one\nd;\n';
    expect(cutFrom(text, 'one')).toBe('b;\n  c;');
    expect(cutFrom(text, 'two')).toBe('c;');
    expect(cutFrom(text, undefined)).toBe('a;\n  b;\n    c;\n\nd;');
    expect(cutFrom(text, 'three')).toBeUndefined();
  });
});

describe('the documents', () => {
  it('say of each TypeScript block which running code it is cut from', () => {
    const cut = quotes.filter(({ language }) => /^(ts|tsx|typescript)$/.test(language));
    const uncut = cut.filter(({ source }) => !RUNNING.some((folder) => source?.startsWith(folder)));
    expect(uncut.map(({ where }) => where)).toEqual([]);
  });

  it('quote that code as it is', () => {
    for (const { where, source, region, code } of quotes) {
      if (source === undefined) continue;
      const text = readFileSync(path.join(ROOT, source), 'utf8');
      expect({ where, code }).toEqual({ where, code: cutFrom(text, region) });
    }
  });
});
