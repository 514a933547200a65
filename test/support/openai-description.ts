// OpenAI's own description of its API. It lies beside the repository and is no part of it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import type { JsonObject } from '../../src/common/json';
import { SHARED } from './recordings';

const REQUESTS = {
  chat: 'CreateChatCompletionRequest',
  responses: 'CreateResponse',
  'token-count': 'TokenCountsBody',
};

export interface Description {
  /** Why a request body is not valid; empty when it is. */
  mistakesIn(body: object, api: keyof typeof REQUESTS): string[];
  /** The fields of a request that is described by a list of them, sorted. */
  fieldsOf(api: keyof typeof REQUESTS): string[];
}

export function readDescription(): Description {
  const document = readDocument();
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema(document, 'openai');
  const validators = new Map<string, ValidateFunction>();
  return {
    mistakesIn(body, api) {
      const $ref = `openai#/components/schemas/${REQUESTS[api]}`;
      const validate = validators.get($ref) ?? ajv.compile({ $ref });
      validators.set($ref, validate);
      validate(JSON.parse(JSON.stringify(body)));
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    },
    fieldsOf: (api) => Object.keys(document.components.schemas[REQUESTS[api]]?.properties ?? {}).toSorted(),
  };
}

interface Document {
  readonly components: { readonly schemas: Record<string, { readonly properties?: JsonObject }> };
}

/**
 * `oneOf` is `anyOf` to us: the description's items overlap, and then more than one of them is right. `nullable` is a
 * word of OpenAPI 3.0, which the description still uses beside 3.1's way of saying it. `logprobs` is required of texts
 * that go back, and yet the recordings show that the API does without.
 */
function readDocument(): Document {
  const text = readFileSync(path.join(SHARED, 'openai-openapi', 'openapi.json'), 'utf8');
  const reviver = (key: string, value: unknown): unknown => {
    if (key === 'nullable') return undefined;
    return key === 'required' && Array.isArray(value) ? value.filter((name) => name !== 'logprobs') : value;
  };
  return JSON.parse(text.replaceAll('"oneOf":', '"anyOf":'), reviver) as Document; // by OpenAPI
}
