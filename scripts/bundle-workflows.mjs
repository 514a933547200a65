// Bundles the workflow code once, at build time: a worker that bundles for itself runs webpack at every start.
import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const lib = new URL('../lib/', import.meta.url);
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('workflows/index.js', lib)),
  logger: new DefaultLogger('WARN'),
});
const bundle = new URL('workflow-bundle.js', lib);
await writeFile(new URL('workflow-bundle.tmp.js', lib), code);
await rename(new URL('workflow-bundle.tmp.js', lib), bundle); // never half a bundle under a worker that starts meanwhile
