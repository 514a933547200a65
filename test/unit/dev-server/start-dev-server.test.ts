import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { DevServerError, startDevServer, type DevServerOptions } from '../../../src/dev-server';
import { FakeMachine } from './fake-machine';

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

const startWith = async (script: string, options: DevServerOptions = {}): Promise<unknown> => {
  machine.installTemporal('bin/temporal', script);
  return startDevServer({ environment: machine.environment, ...options }).catch((error: unknown) => error);
};

const attempts = (): number => readFileSync(`${machine.root}/attempts`, 'utf8').trim().split('\n').length;

it('starts nothing when TEMPORAL_ADDRESS names a server', async () => {
  const server = await startDevServer({ environment: { TEMPORAL_ADDRESS: 'temporal.example:7233' } });
  expect(server).toEqual({
    address: 'temporal.example:7233',
    namespace: 'default',
    stop: expect.any(Function),
  });
  await server.stop();
});

it('takes the UI of that server from TEMPORAL_UI_URL', async () => {
  const environment = { TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_UI_URL: 'https://ui.example' };
  expect(await startDevServer({ environment })).toMatchObject({ uiUrl: 'https://ui.example' });
});

it('says how the server died at start, with its last words', async () => {
  const error = await startWith('echo "no such file: temporal.db" >&2; exit 7');
  expect(error).toBeInstanceOf(DevServerError);
  expect(String(error)).toContain('ended with exit code 7');
  expect(String(error)).toContain('no such file: temporal.db');
});

it('keeps no more than 4 KB of its error output', async () => {
  const error = await startWith(`${'echo 0123456789012345678901234567890123456789 >&2;'.repeat(300)} exit 1`);
  expect(String(error).length).toBeLessThan(4096 + 200);
});

it('tries three times when another process takes its port', async () => {
  const error = await startWith(
    'echo "$4 $6" >> "$ROOT/attempts"; echo "bind: address already in use" >&2; exit 1',
  );
  expect(String(error)).toContain('address already in use');
  expect(attempts()).toBe(3);
});

it('tries once when it dies of something else', async () => {
  await startWith('echo again >> "$ROOT/attempts"; exit 1');
  expect(attempts()).toBe(1);
});

it('gives up, and ends the server, when that is not ready in time', async () => {
  const error = await startWith('echo $$ > "$ROOT/pid"; echo starting >&2; exec /bin/sleep 60', {
    startTimeout: 500,
  });
  expect(error).toBeInstanceOf(DevServerError);
  expect(String(error)).toMatch(/was not ready within 500 ms[^]+starting/);
  const pid = Number(readFileSync(`${machine.root}/pid`, 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('refuses a port on which somebody listens, as that may be another Temporal server', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const error = await startWith('echo started >> "$ROOT/attempts"', { port });
  expect(String(error)).toContain(`Port ${port} cannot be used`);
  expect(attempts).toThrow('ENOENT');
  other.close();
});
