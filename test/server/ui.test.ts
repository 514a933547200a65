// Needs a real Temporal server with its UI, and Chromium.
import { randomUUID } from 'node:crypto';
import { defineAgent, defineTool } from 'perdure';
import { scriptedModel } from 'perdure/testing';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { openBrowser, expectShown } from '../support/browser';
import { type Served, serve } from '../support/serve';

const MODEL = 'openai:gpt-5-mini';

const refund = defineTool({
  name: 'refund_order',
  description: 'Pays the price of an order back.',
  input: z.object({ order: z.string(), amount: z.number() }),
  execute: () => 'refunded',
});

let browser: Browser;
let page: Page;
let served: Served;

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1600, height: 1400 } });
});

afterAll(() => browser.close());

beforeEach(async () => {
  const model = scriptedModel(
    [
      {
        calls: [{ tool: 'refund_order', args: { order: '1042', amount: 39.9 } }],
        usage: { inputTokens: 412, outputTokens: 58 },
      },
      { text: 'Order 1042 is refunded.', usage: { inputTokens: 561, outputTokens: 44 } },
    ],
    { name: MODEL },
  );
  const usageLimits = { requestLimit: 12, totalTokensLimit: 20_000 };
  served = await serve([defineAgent({ name: 'shop-support', model, tools: [refund], usageLimits })]);
});

afterEach(() => served.stop());

describe('the Temporal UI', () => {
  it('shows a run by agent and id in its list, and leads to its page', async () => {
    const run = await finishedRun();
    // Of all that run beside it, the list shows a hundred.
    await page.goto(`${workflowsUrl()}?query=${encodeURIComponent("WorkflowType = 'shop-support'")}`);
    await expectShown(page, run.id, 'shop-support', 'Completed');
    await page.getByRole('link', { name: run.id, exact: true }).first().click();
    await expectShown(page, 'Workflow Type shop-support', 'Timeline');
    expect(page.url()).toContain(`/workflows/${run.id}/`);
  });

  it('finds runs by the attributes of their agent', async () => {
    const run = await finishedRun();
    const query = `AgentName = 'shop-support' AND AgentStatus = 'completed' AND WorkflowId = '${run.id}'`;
    await page.goto(`${workflowsUrl()}?query=${encodeURIComponent(query)}`);
    await expectShown(page, run.id, '1–1 of 1');
  });

  it("shows question, answer, and each step with its tool, arguments and model on the run's page", async () => {
    const run = await finishedRun();
    await page.goto(urlOf(run));
    await expectShown(
      page,
      '"Where is my money for order 1042?',
      '"output": "Order 1042 is refunded."',
      `model.request • step 1 · ${MODEL}`,
      'refund_order • order: "1042", amount: 39.9',
      `model.request • step 2 · ${MODEL}`,
    );
  });

  it('shows summary, state and usage against limits under User Metadata', async () => {
    const run = await finishedRun();
    await page.goto(urlOf(run));
    await page.getByRole('tab', { name: 'User Metadata' }).click();
    await expectShown(page, 'Where is my money for order 1042?', 'Completed', 'shop-support', MODEL);
    await expectShown(page, 'model requests 2 12', 'tool calls 1', 'total tokens 1075 20000');
  });
});

async function finishedRun(): Promise<{ readonly id: string; readonly url: string | undefined }> {
  const runId = `shop-support-${randomUUID()}`;
  const run = await served.client.start('shop-support', 'Where is my money for order 1042?\nI am waiting.', {
    runId,
  });
  await run.result();
  return run;
}

function workflowsUrl(): string {
  return `${process.env['TEMPORAL_UI_URL']}/namespaces/default/workflows`;
}

function urlOf({ url }: { readonly url: string | undefined }): string {
  if (url === undefined) throw new Error('it is not known where the UI is: TEMPORAL_UI_URL is not set');
  return url;
}
