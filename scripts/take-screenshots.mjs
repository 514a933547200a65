// Takes the pictures of docs/images: what an operator sees of agents in the Temporal UI.
// Run it by hand when that has changed, after `npm run build`: node scripts/take-screenshots.mjs
// Needs Chromium (see ensure-chromium.mjs). Starts a development server and a worker of its own; asks no real model.
import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { AgentClient } from 'perdure/client';
import { startDevServer } from 'perdure/dev-server';
import { createWorker } from 'perdure/worker';
import { chromium } from 'playwright-core';
import { ensureChromium } from './ensure-chromium.mjs';
import { agents, startRuns } from './screenshots/runs.mjs';

const IMAGES = new URL('../docs/images/', import.meta.url);
const WINDOW = { width: 1440, height: 1200 };
/** The UI's navigation, which says nothing of agents. */
const NAVIGATION_WIDTH = 256;
const HEADER_HEIGHT = 48;
const MAX_BYTES = 150_000;

const BROWSER_OPTIONS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
await mkdir(IMAGES, { recursive: true });
const browser = await chromium.launch({ executablePath: ensureChromium(), args: BROWSER_OPTIONS });
const server = await startDevServer({ environment: { ...process.env, TEMPORAL_ADDRESS: '' } });
const worker = await createWorker({ agents, connection: { address: server.address } });
const working = worker.run();
const client = await AgentClient.connect({ address: server.address, uiUrl: server.uiUrl });
try {
  const page = await browser.newPage({ viewport: WINDOW, colorScheme: 'light' });
  await takeAll(page, await startRuns(client));
} finally {
  await browser.close();
  worker.shutdown();
  await working;
  await client.close();
  await server.stop();
}

async function takeAll(page, { completed, running, stuck, failed }) {
  await page.goto(`${server.uiUrl}/namespaces/default/workflows`);
  await page.getByText(stuck.id).last().waitFor();
  await chooseColumns(page);
  await take(page, 'runs', { height: 580 });

  await page.goto(completed.url);
  await page.getByText('step 3').first().waitFor();
  await take(page, 'run', { from: 60, height: 960 });

  await open(page, running, 'User Metadata');
  await page.frameLocator('iframe').nth(1).getByText('total tokens').waitFor();
  await take(page, 'run-details', { from: 60, height: 700 });

  await open(page, stuck, 'Pending Activities');
  await page.getByText('ECONNREFUSED').first().waitFor();
  await take(page, 'stuck-run', { from: 60, height: 490 }); // what follows is a stack with this machine's paths

  await page.goto(failed.url);
  await page.getByText('UsageLimitExceededError').first().waitFor();
  await take(page, 'failed-run', { from: 60, height: 860 });
}

async function open(page, run, tab) {
  await page.goto(run.url);
  await page.getByRole('tab', { name: tab }).click();
}

/** The list's columns are each reader's to choose. */
async function chooseColumns(page) {
  await page.getByTestId('workflows-summary-table-configuration-button').click();
  for (const name of ['Run ID', 'Start', 'End']) {
    await page.getByTestId(`orderable-list-item-${name}-remove-button`).click();
  }
  for (const name of ['AgentModel', 'AgentTokens', 'Execution Duration']) {
    await page.getByTestId(`orderable-list-item-${name}-add-button`).click();
  }
  await page.getByTestId('drawer-close-button').first().click();
}

async function take(page, name, { from = HEADER_HEIGHT, height }) {
  const path = fileURLToPath(new URL(`${name}.png`, IMAGES));
  await page.waitForTimeout(1_500); // for what moves to come to rest
  const clip = { x: NAVIGATION_WIDTH, y: from, width: WINDOW.width - NAVIGATION_WIDTH, height };
  await page.screenshot({ path, clip });
  const { size } = await stat(path);
  process.stdout.write(`${name}.png: ${Math.round(size / 1000)} kB\n`);
  if (size > MAX_BYTES) throw new Error(`${name}.png is larger than ${MAX_BYTES} bytes`);
}
