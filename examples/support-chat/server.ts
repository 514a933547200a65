// The Temporal server of the chat, in the background. What it knows is in a file: another one goes on with it.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DevServer, startDevServer } from 'perdure/dev-server';
import { z } from 'zod';
import { runInBackground } from './background';
import { writeWhole } from './presence';

const HOST = '127.0.0.1';

const portsSchema = z.object({ port: z.int(), uiPort: z.int() });

type Ports = z.output<typeof portsSchema>;

/** On the ports of the server before, because terminals and workers wait for it there. */
async function launch(folder: string, ports: Ports | undefined): Promise<DevServer> {
  const options = {
    databaseFile: path.join(folder, 'temporal.db'),
    onProgress: (line: string) => console.log(line),
    environment: { ...process.env, TEMPORAL_ADDRESS: '' },
  };
  if (ports !== undefined && (await areFree(ports))) return startDevServer({ ...options, ...ports });
  return startDevServer(options);
}

const PORTS_TIMEOUT = 10_000;

/** A server that was killed may need a moment to leave. */
async function areFree({ port, uiPort }: Ports): Promise<boolean> {
  const end = Date.now() + PORTS_TIMEOUT;
  while (!((await isFree(port)) && (await isFree(uiPort)))) {
    if (Date.now() > end) return false;
    await sleep(200);
  }
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

async function untilGone(server: DevServer): Promise<void> {
  const { port } = portsOf(server);
  while (await isListening(port)) await sleep(1_000);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function portsOf({ address, uiUrl = '' }: DevServer): Ports {
  const portOf = (text: string): number => Number(text.split(':').at(-1));
  return { port: portOf(address), uiPort: portOf(uiUrl) };
}

function readPorts(file: string): Ports | undefined {
  try {
    return portsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // there was no server before
  }
}

runInBackground('server', async (folder) => {
  const portsFile = path.join(folder, 'ports');
  const server = await launch(folder, readPorts(portsFile));
  writeWhole(portsFile, JSON.stringify(portsOf(server)));
  const { address, uiUrl } = server;
  return { facts: { address, uiUrl }, ended: untilGone(server), stop: () => server.stop() };
});
