import { dirname, join } from 'node:path';

/** A file that the package ships, also for this package's own tests, which run the sources. */
export function packageFile(path: string): string {
  return join(dirname(require.resolve('perdure/package.json')), path);
}
