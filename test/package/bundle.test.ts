import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');
const MAP_START = '//# sourceMappingURL=data:application/json;charset=utf-8;base64,';

const [code = '', encodedMap = ''] = readFileSync(path.join(ROOT, 'lib', 'workflow-bundle.js'), 'utf8').split(
  MAP_START,
);

/** The modules as webpack names them, by their paths. Those with a `?` are empty: what the sandbox lacks. */
const modules = [...code.matchAll(/^\/\*\*\*\/ "(.+)"$/gm)].flatMap(([, name = '']) =>
  name.startsWith('?') ? [] : [name],
);

/** What a dependency brings along in a folder of its own counts as its own. */
function packageOf(module: string): string | undefined {
  return /^\.\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1];
}

describe('the workflow bundle', () => {
  it("holds of ours the workflows and the contract's sandbox-safe files only", () => {
    const own = modules.filter((module) => packageOf(module) === undefined);
    expect(own).toContain('./lib/workflows/agent-workflow.js');
    const common = own.filter((module) => !module.startsWith('./lib/workflows/'));
    expect([
      './lib/common/carried-run.js',
      './lib/common/conversation-wire.js',
      './lib/common/errors.js',
      './lib/common/first-request.js',
      './lib/common/json.js',
      './lib/common/limit-checks.js',
      './lib/common/manifest.js',
      './lib/common/messages.js',
      './lib/common/remembered-turns.js',
      './lib/common/search-attributes.js',
      './lib/common/size-limits.js',
      './lib/common/token-estimate.js',
      './lib/common/transcript.js',
      './lib/common/usage.js',
      './lib/common/wire.js',
    ]).toEqual(expect.arrayContaining(common));
  });

  // zod alone multiplies the heap of each cached run by 15; the bundler would take it in without a word.
  it("holds of others Temporal's runtime and what that needs", () => {
    const packages = modules.flatMap((module) => packageOf(module) ?? []);
    expect([...new Set(packages)].sort()).toEqual([
      '@temporalio/common',
      '@temporalio/workflow',
      'long',
      'nexus-rpc',
    ]);
  });

  // Half of the heap of an open run: what is not loaded before the first one is loaded for each. A bundler that believes
  // package.json's `sideEffects` drops a module of which nothing is used, without a word.
  it('has all its modules loaded once for all runs', () => {
    const [, preloaded] = /preloadModules\(\) \{([^}]*)\}/.exec(code) ?? [];
    expect(preloaded).toContain('./lib/workflows/bundle.js');
  });

  // Every worker parses it at its start, and each cached run holds its functions. Temporal's runtime is 500 KB of it;
  // a library that came along by accident has more than the rest.
  it('is smaller than 720 KB', () => {
    expect(code.length).toBeGreaterThan(400_000);
    expect(code.length).toBeLessThan(720_000);
  });

  it('names sources by package, not by where they lay when it was built', () => {
    const { sources } = JSON.parse(Buffer.from(encodedMap, 'base64').toString()) as { sources: string[] };
    expect(sources).toContain('perdure/src/workflows/agent-workflow.ts');
    expect(sources.filter((source) => path.isAbsolute(source))).toEqual([]);
    expect(code).not.toContain(ROOT);
  });
});
