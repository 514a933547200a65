import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { MAX_ID_LENGTH } from '../../../src/common/option-schemas';
import { defineAgent } from '../../../src/common/agent';
import { AGENT_SEARCH_ATTRIBUTES } from '../../../src/common/search-attributes';
import {
  MAX_ERROR_TEXT_LENGTH,
  MAX_INLINE_ARGUMENTS_BYTES,
  MAX_INLINE_ARGUMENTS_PER_STEP_BYTES,
  MAX_MODEL_NAME_LENGTH,
  MAX_PAYLOAD_BYTES,
  MAX_RETRY_TEXT_LENGTH,
  MAX_SUMMARY_LENGTH,
  MAX_TOOL_CALLS_PER_RESPONSE,
} from '../../../src/common/size-limits';
import { defineTool } from '../../../src/common/tool';
import { WORKER_DEFAULTS } from '../../../src/worker/defaults';

const rows = readFileSync('docs/operating.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

function documented(what: string): string | undefined {
  return rows.find(([, first]) => first === what)?.[2];
}

const agent = defineAgent({ name: 'agent', model: 'openai:gpt-5-mini' });
const tool = defineTool({ name: 'tool', description: 'x', input: z.object({}), execute: () => 1 });

const minutes = (milliseconds: number): string => `${milliseconds / 60_000} min`;
const seconds = (milliseconds: number): string => `${milliseconds / 1_000} s`;
const worker = WORKER_DEFAULTS;

describe('docs/operating.md', () => {
  it.each<[string, string]>([
    ['`modelTimeout`', minutes(agent.modelTimeout)],
    ['`modelMaximumAttempts`', String(agent.modelMaximumAttempts)],
    ['`heartbeatTimeout`', seconds(agent.heartbeatTimeout)],
    ['`timeout`', minutes(tool.timeout)],
    ['`maximumAttempts`', String(tool.maximumAttempts)],
  ])('tells the default of %s', (option, value) => {
    expect(documented(option)).toBe(value);
  });

  it("tells each of the worker's defaults", () => {
    const values = Object.entries(worker).map(([name, value]) => [name, toText(value)] as const);
    for (const [name, value] of values) expect([name, documented(`\`${name}\``)]).toEqual([name, value]);
  });

  it.each<[string, string]>([
    [
      'prompt with options, a response of a model, the result of a tool',
      `${grouped(MAX_PAYLOAD_BYTES)} bytes`,
    ],
    ['arguments of one tool call, recorded beside the call', `${grouped(MAX_INLINE_ARGUMENTS_BYTES)} bytes`],
    [
      'arguments of all calls of one step, recorded beside the calls',
      `${grouped(MAX_INLINE_ARGUMENTS_PER_STEP_BYTES)} bytes`,
    ],
    ['tool calls in one response', grouped(MAX_TOOL_CALLS_PER_RESPONSE)],
    ['text of an error', `${grouped(MAX_ERROR_TEXT_LENGTH)} characters`],
    ['validation messages told to the model', `${grouped(MAX_RETRY_TEXT_LENGTH)} characters`],
    ['tool name or call id made up by a model', `${grouped(MAX_MODEL_NAME_LENGTH)} characters`],
    ['summary in the UI', `${grouped(MAX_SUMMARY_LENGTH)} characters`],
    ['`runId`', `${grouped(MAX_ID_LENGTH)} characters`],
  ])('tells the limit: %s', (what, limit) => {
    expect(documented(what)).toBe(limit);
  });

  it.each(Object.entries(AGENT_SEARCH_ATTRIBUTES).filter(([name]) => name.startsWith('Agent')))(
    'tells the type of the search attribute %s',
    (name, type) => {
      expect(documented(`\`${name}\``)).toBe(type);
    },
  );
});

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** `10s` as the page writes it, and a poller's behaviour by its only number. */
function toText(value: (typeof worker)[keyof typeof worker]): string {
  if (typeof value === 'object') return String(value.maximum);
  return typeof value === 'string' ? value.replace(/s$/, ' s') : String(value);
}
