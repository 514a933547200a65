import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { toOneLine } from '../common/json';
import type { UsageLimits } from '../common/usage';
import type { AgentManifest } from '../common/wire';
import type { RunState, Step } from './loop';

const agentName = defineSearchAttributeKey('AgentName', 'KEYWORD');
const agentModel = defineSearchAttributeKey('AgentModel', 'KEYWORD');
const agentStatus = defineSearchAttributeKey('AgentStatus', 'KEYWORD');
const agentTokens = defineSearchAttributeKey('AgentTokens', 'INT');
const agentCost = defineSearchAttributeKey('AgentCost', 'DOUBLE');

/** Characters of a list of tools; the server keeps 20 kB of details. */
const MAX_LIST_LENGTH = 200;

export function showStart(manifest: AgentManifest): void {
  updateAttributes(manifest, [
    { key: agentName, value: workflowInfo().workflowType },
    { key: agentModel, value: manifest.model },
    { key: agentStatus, value: 'running' },
  ]);
}

export function showEnd({ manifest, usage }: RunState, status: 'completed' | 'failed' | 'cancelled'): void {
  updateAttributes(manifest, [
    { key: agentStatus, value: status },
    { key: agentTokens, value: usage.totalTokens },
    ...(usage.cost === undefined ? [] : [{ key: agentCost, value: usage.cost }]),
  ]);
}

/** Shows the run's state on its page; costs no event. */
export function showStep(state: RunState, step: Step): void {
  setCurrentDetails([describeStep(step), '', ...usageTable(state)].join('\n'));
}

function updateAttributes(manifest: AgentManifest, pairs: SearchAttributeUpdatePair[]): void {
  if (manifest.searchAttributes) upsertSearchAttributes(pairs);
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case 'request-model':
      return `Step ${step.number}: asking the model`;
    case 'call-tools':
      return `Calling ${toOneLine(step.calls.map(({ call }) => call.toolName).join(', '), MAX_LIST_LENGTH)}`;
    case 'finish':
      return 'Completed';
    case 'fail':
      return `Failed: ${step.failure.message}`;
  }
}

function usageTable({ manifest, usage }: RunState): string[] {
  const limits = manifest.usageLimits;
  return [
    `Agent \`${workflowInfo().workflowType}\`, model \`${manifest.model}\``,
    '',
    '| usage | so far | limit |',
    '|---|---:|---:|',
    row('model requests', usage.requests, limits.requestLimit),
    row('tool calls', usage.toolCalls, limits.toolCallsLimit),
    row('input tokens', usage.inputTokens, limits.inputTokensLimit),
    row('output tokens', usage.outputTokens, limits.outputTokensLimit),
    row('total tokens', usage.totalTokens, limits.totalTokensLimit),
  ];
}

function row(name: string, value: number, limit: UsageLimits[keyof UsageLimits]): string {
  return `| ${name} | ${value} | ${limit ?? '–'} |`;
}
