import { readFileSync } from 'node:fs';
import { packageFile } from '../package-file';

/**
 * Names the workflow code of this package in a run's history. It stands there six times for each step: Temporal's own
 * name for it is 92 characters long and says no more, since the bundle only changes with the package.
 */
export function buildIdOfPackage(): string {
  const text = readFileSync(packageFile('package.json'), 'utf8');
  const { name, version } = JSON.parse(text) as { name: string; version: string }; // npm requires both
  return `${name}@${version}`;
}
