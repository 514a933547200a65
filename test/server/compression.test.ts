// Needs a real Temporal server. The region is quoted in docs/large-payloads.md.
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { type Agent, defineAgent, defineTool } from 'perdure';
import { AgentClient } from 'perdure/client';
import { scriptedModel, type ScriptedModel } from 'perdure/testing';
import { createWorker, type CreateWorkerOptions } from 'perdure/worker';
import { z } from 'zod';
import { historyEvents, historySize, troublesOf } from '../support/history';
import { serve, type Served } from '../support/serve';
import { createStorageDirectory } from '../support/storage-directory';

const ORDERS = Array.from({ length: 1_000 }, (_, number) => ({
  number,
  status: number % 7 ? 'sent' : 'open',
}));
const QUESTION = `Which orders are open? ${'They are listed in what the tool returns. '.repeat(200)}`;

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Stage extends Served {
  readonly agent: Agent;
  readonly model: ScriptedModel;
}

/** A worker with these options; its client has none. */
async function stage(options: Partial<CreateWorkerOptions> = {}): Promise<Stage> {
  const model = scriptedModel([[{ tool: 'list_orders' }], 'Every seventh.', 'I said it.']);
  const tool = defineTool({
    name: 'list_orders',
    description: 'Lists all orders.',
    input: z.object({}),
    execute: () => ORDERS,
  });
  const agent = defineAgent({ name: 'clerk', model, tools: [tool] });
  const served = await serve([agent], options);
  cleanUps.push(() => served.stop());
  return { ...served, agent, model };
}

async function clientWith(
  { taskQueue }: Served,
  options: Parameters<typeof AgentClient.connect>[0],
): Promise<AgentClient> {
  const client = await AgentClient.connect({ taskQueue, ...options });
  cleanUps.push(() => client.close());
  return client;
}

/** All that can be read in a history without any codec. */
async function plainTextIn(client: AgentClient, runId: string): Promise<string> {
  const text = JSON.stringify(await historyEvents(client, runId));
  const data = [...text.matchAll(/"data":"([^"]+)"/g)];
  return data.map(([, bytes = '']) => Buffer.from(bytes, 'base64').toString('latin1')).join('\n');
}

/** The encodings that the payloads of a history have. */
async function encodingsIn(client: AgentClient, runId: string): Promise<Set<string>> {
  const text = JSON.stringify(await historyEvents(client, runId));
  const encodings = [...text.matchAll(/"encoding":"([^"]+)"/g)];
  return new Set(encodings.map(([, encoding = '']) => Buffer.from(encoding, 'base64').toString()));
}

describe('the option compression', () => {
  it('is given to a worker and a client, as the documents show', async () => {
    const taskQueue = `documents-${randomUUID()}`;
    const clerk = defineAgent({ name: 'clerk', model: scriptedModel(['All of them.']) });
    // #region compression
    const worker = await createWorker({ agents: [clerk], taskQueue, compression: true });
    const client = await AgentClient.connect({ taskQueue, compression: true });
    // #endregion compression
    cleanUps.push(() => client.close());
    const { runId } = await worker.runUntil(client.run(clerk, QUESTION));
    expect(await encodingsIn(client, runId)).toContain('binary/zlib');
  });
});

describe('a compressed run', () => {
  it('takes a fraction of the history, and a client without the option reads it', async () => {
    const plain = await stage();
    const { runId: plainRun } = await plain.client.run(plain.agent, QUESTION);
    const { bytes: before } = await historySize(plain.client, plainRun);

    const compressed = await stage({ compression: true });
    const compressing = await clientWith(compressed, { compression: true });
    const { runId } = await compressing.run(compressed.agent, QUESTION);
    const { bytes } = await historySize(compressed.client, runId);
    expect(before).toBeGreaterThan(40_000);
    expect(bytes).toBeLessThan(before / 3);

    const result = await compressed.client.getRun(runId).result();
    expect(result.output).toBe('Every seventh.');
    const messages = await result.allMessages();
    expect(messages[0]?.parts).toEqual([{ kind: 'user-prompt', content: QUESTION }]);
    expect(messages[2]?.parts).toEqual([expect.objectContaining({ content: ORDERS })]);
    expect(await troublesOf(compressed.client, runId)).toEqual([]);
  });

  it('can be carried on by a worker without the option, and the other way round', async () => {
    const plain = await stage();
    const compressing = await clientWith(plain, { compression: true });
    const { runId } = await compressing.run(plain.agent, QUESTION);
    expect(await encodingsIn(plain.client, runId)).toEqual(new Set(['json/plain', 'binary/zlib']));
    const next = await plain.client.run(plain.agent, 'Once more?', { continueFrom: runId });
    expect(next.output).toBe('I said it.');
    expect(plain.model.requests[2]?.messages).toHaveLength(5);
  });

  it('leaves what is small as it is, so that people can read it in the UI', async () => {
    const { client, agent } = await stage({ compression: true });
    const { runId } = await client.run(agent, 'Which orders are open?');
    const [started] = await historyEvents(client, runId);
    const { input, memo } = started?.workflowExecutionStartedEventAttributes ?? {};
    expect(textOf(input?.payloads?.[0])).toBe('"Which orders are open?"');
    expect(textOf(memo?.fields?.['requestDigest'])).toMatch(/^"[\w-]{16}"$/);
    expect(textOf(started?.userMetadata?.summary)).toBe('"Which orders are open?"');
  });
});

describe('compression, with an encryption and a Temporal client of your own', () => {
  it('comes before the encryption, and storage after it: nothing plain is left', async () => {
    const directory = createStorageDirectory();
    cleanUps.push(() => directory.remove());
    const large = { compression: true, storage: `${directory.url}?above=2000` };
    const dataConverter = { payloadCodecs: [encryption()] };
    const staged = await stage({ ...large, temporal: { dataConverter } });
    const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
    cleanUps.push(() => connection.close());
    const mine = new Client({ connection, dataConverter });
    const client = new AgentClient(mine, { ...large, taskQueue: staged.taskQueue });

    const result = await client.run(staged.agent, QUESTION);
    expect(result.output).toBe('Every seventh.');
    expect((await result.allMessages())[2]?.parts).toEqual([expect.objectContaining({ content: ORDERS })]);
    const said = await plainTextIn(staged.client, result.runId);
    expect(said).toContain('"completed"'); // what Temporal's server is to search by is there
    expect(said).not.toMatch(/orders are open|seventh|sent/);
    const stored = directory.files().map((file) => readFileSync(file));
    expect(stored).toHaveLength(1); // the tool's result; all others are smaller, once they are compressed
    expect(stored[0]?.length).toBeLessThan(JSON.stringify(ORDERS).length / 3);
    expect(stored[0]?.toString('latin1')).not.toContain('status');
  });
});

function textOf(payload: Payload | null | undefined): string {
  return Buffer.from(payload?.data ?? []).toString();
}

const PayloadMessage = temporal.api.common.v1.Payload;

function encryption(): PayloadCodec {
  const key = randomBytes(32);
  const encrypt = (payload: Payload): Payload => {
    const vector = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, vector);
    const secret = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
    return {
      metadata: { encoding: Buffer.from('binary/encrypted') },
      data: Buffer.concat([vector, cipher.getAuthTag(), ...secret]),
    };
  };
  const decrypt = (payload: Payload): Payload => {
    if (Buffer.from(payload.metadata?.['encoding'] ?? []).toString() !== 'binary/encrypted') return payload;
    const data = Buffer.from(payload.data ?? []);
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, 12));
    decipher.setAuthTag(data.subarray(12, 28));
    return PayloadMessage.decode(Buffer.concat([decipher.update(data.subarray(28)), decipher.final()]));
  };
  return {
    encode: async (payloads) => payloads.map(encrypt),
    decode: async (payloads) => payloads.map(decrypt),
  };
}
