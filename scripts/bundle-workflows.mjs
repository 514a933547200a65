// Bundles the workflow code once, at build time: a worker that bundles for itself runs webpack at every start.
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const lib = new URL('../lib/', import.meta.url);
const { name } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const MAP = /(?<=\/\/# sourceMappingURL=data:application\/json;charset=utf-8;base64,).*/;

/** A source as stack traces in histories name it: by its package, not by where it lay on the machine that built this. */
function toPortable(source) {
  const packagePath = source.split('/node_modules/').slice(1).at(-1);
  return packagePath ?? source.replace(fileURLToPath(new URL('..', lib)), `${name}/`);
}

/** The worker wants the map for its stack traces; sources a second time would treble the file. */
function toPortableMap(encoded) {
  const { sourcesContent: _sourcesContent, ...map } = JSON.parse(Buffer.from(encoded, 'base64').toString());
  return Buffer.from(JSON.stringify({ ...map, sources: map.sources.map(toPortable) })).toString('base64');
}

const workflowsPath = fileURLToPath(new URL('workflows/bundle.js', lib));
const { code } = await bundleWorkflowCode({
  workflowsPath,
  preloadModules: [workflowsPath], // else each open workflow holds a copy of every module
  logger: new DefaultLogger('WARN'),
});
await writeFile(new URL('workflow-bundle.tmp.js', lib), code.replace(MAP, toPortableMap));
await rename(new URL('workflow-bundle.tmp.js', lib), new URL('workflow-bundle.js', lib)); // never half a bundle under a worker that starts meanwhile
