import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/** What figures depend on. Nothing in it names the machine. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly temporalServer: string;
  readonly packages: Readonly<Record<string, string>>;
}

export function environmentOf(temporalServer: string): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    temporalServer,
    packages: {
      perdure: versionOf('package.json'),
      '@temporalio/worker': versionOf('node_modules/@temporalio/worker/package.json'),
      openai: versionOf('node_modules/openai/package.json'),
    },
  };
}

/** The commit that was measured, marked when files differ from it. */
export function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown'; // not a clone
  }
}

function versionOf(file: string): string {
  return (JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as { version: string }).version; // npm requires it
}
