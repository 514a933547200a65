// Takes the screenshots of docs/images: what an operator sees of agents in the Temporal UI.
// Run by hand, after `npm run build`, when that changed: node scripts/take-screenshots.mjs
// Needs Chromium (see ensure-chromium.mjs). Starts a development server and a worker of its own; asks no real model.
import { mkdir, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { AgentClient } from 'perdure/client';
import { startDevServer } from 'perdure/dev-server';
import { createWorker } from 'perdure/worker';
import { chromium } from 'playwright-core';
import { ensureChromium } from './ensure-chromium.mjs';
import { agents, startRuns } from './screenshots/runs.mjs';

const IMAGES = new URL('../docs/images/', import.meta.url);
const WINDOW = { width: 1280, height: 800 };
const MAX_BYTES = 150_000;

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
await mkdir(IMAGES, { recursive: true });
const server = await startDevServer({ environment: { ...process.env, TEMPORAL_ADDRESS: '' } });
const worker = await createWorker({ agents, connection: { address: server.address } });
const working = worker.run();
const client = await AgentClient.connect({ address: server.address, uiUrl: server.uiUrl });
const browser = await chromium.launch({
  executablePath: ensureChromium(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const runs = await startRuns(client);
  const page = await browser.newPage({ viewport: WINDOW, colorScheme: 'light' });
  await page.goto(`${server.uiUrl}/namespaces/default/workflows`);
  await page.waitForTimeout(5000);
  await page.screenshot({ path: '/tmp/shots/list.png' });
  for (const [name, run] of Object.entries(runs)) {
    for (const tab of ['history', 'timeline', 'user-metadata', 'pending-activities', 'query', 'search-attributes']) {
    const { runId } = (await client.temporal.workflow.getHandle(run.id).describe());
    await page.goto(`${server.uiUrl}/namespaces/default/workflows/${run.id}/${runId}/${tab}`);
    await page.waitForTimeout(3500);
    await page.screenshot({ path: `/tmp/shots/${name}-${tab}.png`, fullPage: false });
    console.log(name, tab, page.url());
    }
  }
  if (process.env.HOLD) await sleep(600_000);
} finally {
  await browser.close();
  worker.shutdown();
  await working;
  await client.close();
  await server.stop();
}
