// Needs Go, to build the parser of docker compose, and starts a Temporal dev server, to run the namespace script against.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { AGENT_SEARCH_ATTRIBUTES } from '../../src/common/search-attributes';
import { startDevServer, type DevServer } from '../../src/dev-server';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const composeFile = read('docker-compose.yml');
const dockerfile = read('deploy/worker.Dockerfile');
const namespaceScript = read('deploy/setup-namespace.sh');

/** What the first group of `pattern` matches in `text`, everywhere. */
function findAll(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

interface CommandResult {
  readonly succeeded: boolean;
  readonly output: string;
}

interface CommandOptions {
  readonly folder?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

function runCommand([command = '', ...args]: readonly string[], options: CommandOptions = {}): CommandResult {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd: options.folder ?? root,
    env: { ...process.env, ...options.environment },
    encoding: 'utf8',
  });
  if (error) throw new Error(`"${command}" could not be started: ${error.message}`, { cause: error });
  return { succeeded: status === 0, output: stdout + stderr };
}

/** Go keeps what it compiled in its own cache and links again only when something changed. */
function buildParser(environment: NodeJS.ProcessEnv = {}): string {
  const binary = join(root, 'node_modules/.cache/perdure/check-compose');
  const folder = join(root, 'deploy/check-compose');
  try {
    const { succeeded, output } = runCommand(['go', 'build', '-buildvcs=false', '-o', binary, '.'], {
      folder,
      environment,
    });
    if (!succeeded) throw new Error(output);
  } catch (cause) {
    throw new Error(
      `The parser of docker compose could not be built. If Go is missing, install Go 1.24 or newer (https://go.dev/doc/install). ${String(cause)}`,
      { cause },
    );
  }
  return binary;
}

describe('docker-compose.yml, read by the parser of docker compose', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-compose-'));
  let parser = '';

  beforeAll(() => {
    parser = buildParser();
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  function parse(text: string): CommandResult {
    const file = join(folder, 'docker-compose.yml');
    writeFileSync(file, text);
    return runCommand([parser, file]);
  }

  it('is accepted and has the services that the documentation names', () => {
    expect(parse(composeFile)).toEqual({
      succeeded: true,
      output: 'namespace\npostgresql\nschema\ntemporal\nui\nworker\n',
    });
  });

  it.each([
    {
      fault: 'a dependency on an unknown service',
      from: 'namespace:\n        condition',
      to: 'namespaces:\n        condition',
      message: /undefined service "namespaces"/,
    },
    {
      fault: 'a dependency cycle',
      from: 'image: postgres:16.15',
      to: 'image: postgres:16.15\n    depends_on: [worker]',
      message: /dependency cycle/,
    },
    {
      fault: 'an unknown condition',
      from: 'service_completed_successfully',
      to: 'service_succeeded',
      message: /condition value must be one of/,
    },
    {
      fault: 'an undefined volume',
      from: 'postgresql-data:/',
      to: 'postgres-data:/',
      message: /undefined volume postgres-data/,
    },
    {
      fault: 'a service without an image',
      from: '    image: temporalio/ui:2.49.1\n',
      to: '',
      message: /"ui" has neither an image nor a build context/,
    },
    {
      fault: 'a port that is no number',
      from: ':8080:8080',
      to: ':8080:http',
      message: /Invalid containerPort: http/,
    },
    { fault: 'an unknown key', from: 'healthcheck:', to: 'health_check:', message: /health_check/ },
    {
      fault: 'a list where a setting is wanted',
      from: 'NUM_HISTORY_SHARDS: 128',
      to: 'NUM_HISTORY_SHARDS: [128]',
      message: /NUM_HISTORY_SHARDS/,
    },
    {
      fault: 'a duration without a unit',
      from: 'stop_grace_period: 30s',
      to: 'stop_grace_period: thirty',
      message: /invalid duration "thirty"/,
    },
    {
      fault: 'a service that is declared twice',
      from: '  ui:\n',
      to: '  schema:\n',
      message: /key "schema" already defined/,
    },
  ])('would be rejected with $fault', ({ from, to, message }) => {
    expect(composeFile).toContain(from);

    const { succeeded, output } = parse(composeFile.replace(from, to));

    expect(succeeded).toBe(false);
    expect(output).toMatch(message);
  });

  it('tells what to install where Go is missing', () => {
    expect(() => buildParser({ PATH: folder })).toThrow(
      /install Go 1\.24 or newer.*"go" could not be started/,
    );
  });
});

describe('docker-compose.yml, read as text', () => {
  it('mounts, builds and starts only what exists', () => {
    const paths = [
      ...findAll(composeFile, /^ +- (\.\/[^:\n]+):/gm),
      ...findAll(composeFile, /dockerfile: (\S+)/g),
      ...findAll(dockerfile, /CMD .*"([^"]+)"\]/g),
    ];

    expect(paths).toEqual([
      './deploy/dynamic-config.yaml',
      './deploy/setup-namespace.sh',
      'deploy/worker.Dockerfile',
      'examples/demo/worker.ts',
    ]);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('pins the version of every image', () => {
    const images = [...findAll(composeFile, /image: (\S+)/g), ...findAll(dockerfile, /^FROM (\S+)/gm)];

    expect(images).toHaveLength(6);
    expect(images.filter((image) => !/:\d+\.\d+/.test(image))).toEqual([]);
  });

  it('publishes its ports on this machine only', () => {
    expect(findAll(composeFile, /^ +- (\S*\d:\d+)$/gm)).toEqual([
      '127.0.0.1:7233:7233',
      '127.0.0.1:8080:8080',
    ]);
  });
});

describe('deploy/setup-namespace.sh', () => {
  const searchAttributeList = z.object({ customAttributes: z.record(z.string(), z.string()) });
  const [table = ''] = findAll(namespaceScript, /<<'ATTRIBUTES'\n(.*)\nATTRIBUTES/gs);
  const searchAttributes: Record<string, string> = Object.fromEntries(
    table.split('\n').map((line) => line.split(' ')),
  );
  const commands = mkdtempSync(join(tmpdir(), 'temporal-command-'));
  let server: DevServer;

  beforeAll(async () => {
    const environment = { ...process.env, TEMPORAL_ADDRESS: '' };
    server = await startDevServer({ ui: false, searchAttributes: {}, environment });
    if (server.binary) symlinkSync(server.binary.path, join(commands, 'temporal'));
  }, 300_000);

  afterAll(async () => {
    await server.stop();
    rmSync(commands, { recursive: true });
  });

  function runAgainstServer(command: readonly string[], environment: NodeJS.ProcessEnv = {}): CommandResult {
    const PATH = [commands, process.env.PATH].join(delimiter);
    return runCommand(command, { environment: { PATH, TEMPORAL_ADDRESS: server.address, ...environment } });
  }

  const temporal = (command: string): CommandResult => runAgainstServer(['temporal', ...command.split(' ')]);

  const setUpNamespace = (environment: NodeJS.ProcessEnv): CommandResult =>
    runAgainstServer(['sh', 'deploy/setup-namespace.sh'], environment);

  it('registers the search attributes that agents write', () => {
    expect(searchAttributes).toEqual(AGENT_SEARCH_ATTRIBUTES);
  });

  it('creates the namespace with its search attributes, and changes nothing when it is repeated', () => {
    const ready = {
      succeeded: true,
      output: `Namespace "agents" at "${server.address}" is ready for agents.\n`,
    };
    expect(setUpNamespace({ NAMESPACE: 'agents' })).toEqual(ready);
    expect(setUpNamespace({ NAMESPACE: 'agents' })).toEqual(ready);

    const { output } = temporal('operator search-attribute list --namespace agents --output json');
    const { customAttributes } = searchAttributeList.parse(JSON.parse(output));
    expect(Object.keys(customAttributes).sort()).toEqual(Object.keys(searchAttributes).sort());
    for (const [name, type] of Object.entries(searchAttributes)) {
      expect(customAttributes[name]).toBe(`INDEXED_VALUE_TYPE_${type.toUpperCase()}`);
    }
  });

  it('fails with the reason when a search attribute has another type already', () => {
    temporal('operator search-attribute create --namespace default --name AgentCost --type Int');

    const { succeeded, output } = setUpNamespace({ NAMESPACE: 'default' });

    expect(succeeded).toBe(false);
    expect(output).toContain('search attribute AgentCost already exists and has different type Int');
  });

  it('gives up with the reason when no server answers', () => {
    const { succeeded, output } = setUpNamespace({ TEMPORAL_ADDRESS: '127.0.0.1:1', ATTEMPTS: '1' });

    expect(succeeded).toBe(false);
    expect(output).toMatch(/refused[^]*"default" at "127\.0\.0\.1:1" could not be set up/);
  });
});
