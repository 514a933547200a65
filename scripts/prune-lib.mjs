// Removes from lib/ what was compiled from sources that are gone, so that it holds what a clean build makes.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const lib = fileURLToPath(new URL('../lib/', import.meta.url));
const sources = fileURLToPath(new URL('../src/', import.meta.url));

for (const name of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
  const [, module] = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(name) ?? [];
  if (module === undefined || /^workflow-bundle(\.tmp)?$/.test(module)) continue;
  if (!existsSync(`${sources}${module}.ts`)) rmSync(`${lib}${name}`);
}
