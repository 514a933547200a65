import { NAMESPACE } from './dev-server';
import { DevServerError, reasonOf } from './dev-server-error';
import { runCommand } from './run-command';

export interface AddSearchAttributesOptions {
  readonly address: string;
  readonly searchAttributes: Readonly<Record<string, string>>;
  readonly environment: NodeJS.ProcessEnv;
}

/** Registers them on a server that runs; those that it has already are left alone. */
export async function addSearchAttributes(
  binaryPath: string,
  { address, searchAttributes, environment }: AddSearchAttributesOptions,
): Promise<void> {
  const named = Object.entries(searchAttributes).flatMap(([name, type]) => ['--name', name, '--type', type]);
  if (named.length === 0) return;
  const create = [
    'operator',
    'search-attribute',
    'create',
    '--address',
    address,
    '--namespace',
    NAMESPACE,
    ...named,
  ];
  await runCommand(binaryPath, create, { environment, timeout: 30_000 }).catch((error: unknown) => {
    throw new DevServerError(`The search attributes cannot be registered: ${reasonOf(error)}`);
  });
}
