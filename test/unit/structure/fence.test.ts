import { filesIn, importsOf, packageOf, reachedFrom, readGraph } from './import-graph';

/*
 * What lint/fence.mjs says of one import must hold of everything that an import reaches: the bundler and Node follow
 * them all.
 */
const graph = readGraph();

/** The folders of src/ in which anything lies that a folder loads. */
function foldersReachedFrom(folder: string): string[] {
  const { files } = reachedFrom(graph, filesIn(graph, folder));
  return [...new Set([...files].map((file) => file.split('/')[0] ?? ''))].sort();
}

function packagesReachedFrom(folder: string): string[] {
  return [...reachedFrom(graph, filesIn(graph, folder)).packages].sort();
}

describe('the walk over imports', () => {
  it('sees every way to import, and tells types from code', () => {
    const text = `
      import a from 'a'; import type b from 'b'; import { type c } from 'c'; import { d, type D } from 'd';
      export * from 'e'; export type * from 'f'; export { g } from 'g'; import 'h'; import i = require('i');
      const j = await import('j'); function k() { return require('k'); } require.resolve('l');
    `;
    const imports = importsOf(text);
    const of = (typeOnly: boolean): string =>
      imports.flatMap((found) => (found.typeOnly === typeOnly ? [found.specifier] : [])).join('');
    expect(of(false)).toBe('adeghijkl');
    expect(of(true)).toBe('bcf');
  });

  it('covers the sources', () => {
    expect(graph.size).toBeGreaterThan(100);
    expect(reachedFrom(graph, ['index.ts']).packages).toContain('zod');
  });
});

describe('what the sandbox runs', () => {
  it('reaches no package but the runtime of Temporal: no zod, no ms, no openai', () => {
    expect(packagesReachedFrom('workflows')).toEqual(['@temporalio/common', '@temporalio/workflow']);
  });

  it('reaches no folder but workflows and the contract', () => {
    expect(foldersReachedFrom('workflows')).toEqual(['common', 'workflows']);
  });

  it('has a core that reaches no package at all', () => {
    expect(packagesReachedFrom('workflows/loop')).toEqual([]);
    const outside = [...reachedFrom(graph, filesIn(graph, 'workflows/loop')).files].filter(
      (file) => !/^(workflows\/loop|common)\//.test(file),
    );
    expect(outside).toEqual([]);
  });
});

describe('each other folder', () => {
  it.each([
    ['common', []],
    ['connection', ['common']],
    ['history', ['common']],
    ['storage', ['common']],
    ['client', ['common', 'connection', 'history', 'package-file.ts', 'storage']],
    ['activities', ['common', 'connection', 'history', 'storage']],
    ['testing', ['common']],
    ['dev-server', ['common']],
    ['worker', ['activities', 'common', 'connection', 'history', 'package-file.ts', 'storage']],
  ])('%s/ reaches only itself and %j', (folder, others) => {
    expect([folder, ...others]).toEqual(expect.arrayContaining(foldersReachedFrom(folder)));
  });

  // Long histories are packed: `zlib` is the one thing of Node's that the contract needs, and never in the sandbox.
  it('keeps the contract to zod, ms and what packs long histories', () => {
    expect(packagesReachedFrom('common')).toEqual(['ms', 'node:zlib', 'zod']);
  });

  it('reads histories with a client that is given, and what decodes its payloads', () => {
    expect(packagesReachedFrom('history')).toEqual(['@temporalio/common', 'node:zlib', 'zod']);
  });

  it('keeps the native core of the worker out of what a backend imports', () => {
    expect(packagesReachedFrom('client')).not.toContain('@temporalio/worker');
  });
});

it('imports openai in its own folder only, types included', () => {
  const importers = [...graph].flatMap(([file, imports]) =>
    imports.some(({ specifier }) => packageOf(specifier) === 'openai') ? [file] : [],
  );
  expect(importers.length).toBeGreaterThan(0);
  expect(importers.filter((file) => !file.startsWith('activities/models/openai/'))).toEqual([]);
});
