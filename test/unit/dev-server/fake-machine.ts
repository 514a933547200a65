import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Search } from '../../../src/dev-server/download';

/** A machine on which nothing is installed but what a test puts there: real files in a temporary folder. */
export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), 'perdure-fake-machine-'));
  readonly binFolder = join(this.root, 'bin');
  readonly cacheFolder = join(this.root, 'cache', 'perdure');
  readonly progress: string[] = [];
  readonly environment: NodeJS.ProcessEnv = {
    PATH: this.binFolder,
    XDG_CACHE_HOME: join(this.root, 'cache'),
    ROOT: this.root,
  };
  readonly search: Search = {
    environment: this.environment,
    onProgress: (message) => this.progress.push(message),
  };

  /** Puts a shell script at a path below the root and returns its full path. */
  install(path: string, script: string): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }

  /** A command that passes for Temporal's CLI and, asked to start a server, runs the script. */
  installTemporal(path: string, script = ''): string {
    return this.install(path, `[ "$1" = --version ] && echo "temporal version 9.9.9" && exit\n${script}`);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
