import { join } from 'node:path';
import { BINARY_NAME } from './binary';
import type { Download } from './download';
import { runCommand } from './run-command';

/** The last release that `go install` builds: later ones have a `replace` in their go.mod. */
const VERSION = '1.5.1';

const BUILD_TIMEOUT = 20 * 60_000;

/** The last resort: builds an older CLI from source. */
export const goDownload: Download = {
  source: 'go install',
  description: `the Temporal CLI ${VERSION} with "go install" (built from source, takes minutes)`,
  cacheName: `temporal-go-${VERSION}`,
  fetchInto: async (folder, environment) => {
    const install = ['install', `github.com/temporalio/cli/cmd/temporal@v${VERSION}`];
    await runCommand('go', install, {
      environment: { ...environment, GOBIN: folder },
      timeout: BUILD_TIMEOUT,
    });
    return join(folder, BINARY_NAME);
  },
};
