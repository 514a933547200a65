// Needs a real `temporal` command (TEMPORAL_CLI, PATH or the cache; else it is downloaded). Starts its own servers.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { AGENT_SEARCH_ATTRIBUTES } from '../../src/common/search-attributes';
import { startDevServer, type DevServer, type DevServerOptions } from '../../src/dev-server';

const { TEMPORAL_ADDRESS: _address, TEMPORAL_UI_URL: _uiUrl, ...environment } = process.env;
const start = (options: DevServerOptions = {}): Promise<DevServer> =>
  startDevServer({ environment, ...options });

const pairOf = {
  Keyword: (name: string) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value: 'some' }),
  Int: (name: string) => ({ key: defineSearchAttributeKey(name, 'INT'), value: 7 }),
  Double: (name: string) => ({ key: defineSearchAttributeKey(name, 'DOUBLE'), value: 0.5 }),
};

/** A value for each: a name that the server has reserved is refused only when a run is started with it. */
const everyAttribute = Object.entries(AGENT_SEARCH_ATTRIBUTES).map(([name, type]) => pairOf[type](name));

async function withClient<Result>(
  server: DevServer,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

function isListening(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host ?? '', port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function eventually(isSo: () => boolean | Promise<boolean>, timeout = 10_000): Promise<void> {
  const deadline = Date.now() + timeout;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not so after ${timeout} ms: ${isSo.toString()}`);
    await sleep(50);
  }
}

/** The command line under which a server runs, as the system tells it. */
function commandLineOf({ address }: DevServer): string {
  const port = address.split(':')[1];
  const processes = execFileSync('ps', ['-ww', '-A', '-o', 'args='], { encoding: 'utf8' }).split('\n');
  return processes.find((line) => line.includes(`--port ${port} `)) ?? '';
}

const databaseFileOf = (server: DevServer): string =>
  /--db-filename (\S+)/.exec(commandLineOf(server))?.[1] ?? '';

describe('a dev server', () => {
  let server: DevServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  it('takes a run as soon as it has started, with the search attributes of an agent', async () => {
    const description = await withClient(server, async ({ workflow }) => {
      const options = { workflowId: 'first', taskQueue: 'none', typedSearchAttributes: everyAttribute };
      return (await workflow.start('support', options)).describe();
    });
    expect(description.status.name).toBe('RUNNING');
    expect(description.typedSearchAttributes.getAll()).toEqual(expect.arrayContaining(everyAttribute));
  });

  it('serves the UI page', async () => {
    const response = await fetch(server.uiUrl ?? '');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<html');
  });

  it('runs with raised poll limits', () => {
    expect(commandLineOf(server)).toContain('history.transferProcessorMaxPollRPS=2000');
  });

  it('has no UI when asked for none', async () => {
    const headless = await start({ ui: false });
    expect(headless.uiUrl).toBeUndefined();
    await headless.stop();
  });
});

it('stops serving and leaves no file behind when stopped, also when stopped twice', async () => {
  const server = await start({ ui: false });
  const databaseFile = databaseFileOf(server);
  expect(existsSync(databaseFile)).toBe(true);
  await Promise.all([server.stop(), server.stop()]);
  expect(await isListening(server.address)).toBe(false);
  expect(existsSync(dirname(databaseFile))).toBe(false);
});

it('keeps its state in a file across a restart when given one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-kept-'));
  const options = { ui: false, databaseFile: join(folder, 'temporal.db') };
  const first = await start(options);
  await withClient(first, ({ workflow }) =>
    workflow.start('support', { workflowId: 'kept', taskQueue: 'none' }),
  );
  await first.stop();

  const second = await start(options);
  const kept = await withClient(second, ({ workflow }) => workflow.getHandle('kept').describe());
  await second.stop();
  expect(kept.status.name).toBe('RUNNING');
  rmSync(folder, { recursive: true });
});

it('adds search attributes to a kept file that was made without them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-kept-'));
  const options = { ui: false, databaseFile: join(folder, 'temporal.db') };
  const first = await start({ ...options, searchAttributes: {} });
  await first.stop();

  const second = await start(options);
  const started = withClient(second, ({ workflow }) =>
    workflow.start('support', {
      workflowId: 'found',
      taskQueue: 'none',
      typedSearchAttributes: everyAttribute,
    }),
  );
  await expect(started).resolves.toMatchObject({ workflowId: 'found' });
  await second.stop();
  rmSync(folder, { recursive: true });
});

describe('a program that never stops its server', () => {
  let temporaryFolder: string;
  beforeEach(() => {
    temporaryFolder = mkdtempSync(join(tmpdir(), 'perdure-parent-'));
  });
  afterEach(() => rmSync(temporaryFolder, { recursive: true, force: true }));

  async function startProgram(mode: string): Promise<{ program: ChildProcess; address: string }> {
    const program = spawn(process.execPath, [join(__dirname, 'dev-server-parent.cjs'), mode], {
      env: { ...environment, TMPDIR: temporaryFolder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [address] = (await once(program.stdout, 'data')) as [Buffer];
    return { program, address: address.toString().trim() };
  }

  it.each<NodeJS.Signals>(['SIGKILL', 'SIGINT', 'SIGTERM'])(
    'takes it along when it dies of %s',
    async (signal) => {
      const { program, address } = await startProgram('stay');
      expect(await isListening(address)).toBe(true);
      program.kill(signal);
      await eventually(async () => !(await isListening(address)));
      await eventually(() => readdirSync(temporaryFolder).length === 0);
    },
  );

  it('takes it along when it ends by itself', async () => {
    const { address } = await startProgram('exit');
    await eventually(async () => !(await isListening(address)));
    await eventually(() => readdirSync(temporaryFolder).length === 0);
    expect(await isListening(address)).toBe(false);
  });
});
