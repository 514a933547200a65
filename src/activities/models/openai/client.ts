import OpenAI from 'openai';
import { ModelRequestError } from '../../../common/errors';
import type { ModelSettings } from '../../../common/model-settings';
import { withoutTransportTimeouts } from './transport';

export interface OpenAIModelOptions {
  /** @default `OPENAI_API_KEY`; none is needed where a base URL is given (Ollama, vLLM, llama.cpp) */
  readonly apiKey?: string;
  /** @default `OPENAI_BASE_URL`, else OpenAI's own */
  readonly baseURL?: string;
  /** A client of your own, for Azure, proxies or other fetch options; its own retries are not used. */
  readonly client?: OpenAI;
  /** Defaults that agent and run may override. */
  readonly settings?: ModelSettings;
  /**
   * Has the provider send its answer piece by piece, so that proxies do not take a model that thinks long for a dead
   * connection. What comes of it is the same; an answer that breaks off is a failure that is retried.
   * @default false
   */
  readonly stream?: boolean;
}

/** Sent to servers that want no key, because the client insists on one. */
const PLACEHOLDER_KEY = 'no-api-key';

/** `setTimeout`'s longest: how long a request may take is the activity's to say, through its signal. */
const NO_TIMEOUT = 2 ** 31 - 1;

const clients = new Map<string, OpenAI>();

/**
 * The client for these options, made when it is first needed, so that an agent can be defined without a key.
 * @throws {ModelRequestError} when there is no key and no base URL.
 */
export function clientFor(options: OpenAIModelOptions, model: string): OpenAI {
  if (options.client !== undefined) return options.client;
  const baseURL = options.baseURL ?? environment('OPENAI_BASE_URL');
  const apiKey = options.apiKey ?? environment('OPENAI_API_KEY') ?? (baseURL && PLACEHOLDER_KEY);
  if (apiKey === undefined) throw missingKey(model);
  const address = JSON.stringify([apiKey, baseURL]);
  const client = clients.get(address) ?? createClient(apiKey, baseURL);
  clients.set(address, client);
  return client;
}

function createClient(apiKey: string, baseURL: string | undefined): OpenAI {
  return new OpenAI({
    apiKey,
    ...(baseURL === undefined ? {} : { baseURL }),
    maxRetries: 0,
    timeout: NO_TIMEOUT,
    fetchOptions: withoutTransportTimeouts(),
  });
}

function environment(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}

function missingKey(model: string): ModelRequestError {
  return new ModelRequestError(
    `Model '${model}' needs an API key: set OPENAI_API_KEY on the worker, or OPENAI_BASE_URL for a server that needs none`,
    { model, retryable: false },
  );
}
