import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { openAIChatModel, openAIResponsesModel } from '../../../src/activities/models/openai';
import { clientFor } from '../../../src/activities/models/openai/client';
import { asked, requestParameters } from '../../support/model-request';
import { chatText, type OpenAIServer, startOpenAIServer } from '../../support/openai-server';

const environment = { ...process.env };
let server: OpenAIServer;

beforeEach(async () => {
  server = await startOpenAIServer(() => ({ body: chatText('ok') }));
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID']) delete process.env[name];
});

afterEach(async () => {
  process.env = { ...environment };
  await server.close();
});

describe("the model's client", () => {
  it('takes key, address and organization from the environment, when first asked', async () => {
    const model = openAIChatModel('gpt-4o');
    process.env['OPENAI_API_KEY'] = 'key-of-the-environment';
    process.env['OPENAI_BASE_URL'] = server.baseURL;
    process.env['OPENAI_ORG_ID'] = 'org-1';
    await model.request(asked('hi'), requestParameters());
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer key-of-the-environment', 'openai-organization': 'org-1' },
    });
  });

  it('asks a server that needs no key without one', async () => {
    process.env['OPENAI_BASE_URL'] = server.baseURL;
    await openAIChatModel('llama3').request(asked('hi'), requestParameters());
    expect(server.requests[0]?.headers.authorization).toBe('Bearer no-api-key');
  });

  it.each([openAIChatModel, openAIResponsesModel])('says which variable is missing', async (create) => {
    await expect(create('gpt-4o').request(asked('hi'), requestParameters())).rejects.toMatchObject({
      name: 'ModelRequestError',
      retryable: false,
      message: expect.stringContaining('OPENAI_API_KEY'),
    });
  });

  it('is shared by models with the same key and address, and by no others', () => {
    const options = { apiKey: 'shared-key-1', baseURL: server.baseURL };
    expect(clientFor({ ...options }, 'a')).toBe(clientFor({ ...options }, 'b'));
    expect(clientFor({ ...options, apiKey: 'shared-key-2' }, 'a')).not.toBe(clientFor(options, 'a'));
    expect(clientFor({ ...options, baseURL: `${server.baseURL}/x` }, 'a')).not.toBe(clientFor(options, 'a'));
  });

  it("can be the caller's own, whose retries are not used", async () => {
    await server.close();
    server = await startOpenAIServer(() => ({ status: 503 }));
    const client = new OpenAI({ apiKey: 'own-client-key', baseURL: server.baseURL, maxRetries: 3 });
    await expect(
      openAIChatModel('gpt-4o', { client }).request(asked('hi'), requestParameters()),
    ).rejects.toMatchObject({ status: 503 });
    expect(server.requests).toHaveLength(1);
  });

  it('names its model and its defaults', () => {
    const settings = { temperature: 0 };
    expect(openAIChatModel('gpt-4o', { settings })).toMatchObject({ name: 'openai-chat:gpt-4o', settings });
    expect(openAIResponsesModel('gpt-4o').name).toBe('openai:gpt-4o');
    expect(openAIResponsesModel('gpt-4o')).not.toHaveProperty('settings');
  });

  // Jest's sandbox hides what Node's `fetch` goes through.
  it("lifts the limits of Node's fetch, and goes through the process's dispatcher", async () => {
    const script = path.join(__dirname, '..', '..', 'support', 'ask-through-dispatcher.ts');
    const env = { ...environment, OPENAI_BASE_URL: server.baseURL };
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { env });
    expect(JSON.parse(stdout)).toEqual({ headersTimeout: 0, bodyTimeout: 0, text: 'ok' });
  });
});
