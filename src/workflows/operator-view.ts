import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { toOneLine } from '../common/json';
import type { AgentManifest } from '../common/wire';
import { describeStep, toCurrentDetails } from './current-details';
import type { RunState, Step } from './loop';

const agentName = defineSearchAttributeKey('AgentName', 'KEYWORD');
const agentModel = defineSearchAttributeKey('AgentModel', 'KEYWORD');
const agentStatus = defineSearchAttributeKey('AgentStatus', 'KEYWORD');
const agentTokens = defineSearchAttributeKey('AgentTokens', 'INT');
const agentCost = defineSearchAttributeKey('AgentCost', 'DOUBLE');
const conversation = defineSearchAttributeKey('ConversationId', 'KEYWORD');

/** What PostgreSQL and MySQL keep of a keyword. */
const MAX_KEYWORD_LENGTH = 255;

export function showStart({ manifest, request: { conversationId } }: RunState): void {
  updateAttributes(manifest, [
    { key: agentName, value: workflowInfo().workflowType },
    { key: agentModel, value: toOneLine(manifest.model, MAX_KEYWORD_LENGTH) },
    { key: agentStatus, value: 'running' },
    ...(conversationId === undefined ? [] : [{ key: conversation, value: conversationId }]),
  ]);
}

export function showEnd(state: RunState, status: 'completed' | 'failed' | 'cancelled'): void {
  const { manifest, usage } = state;
  updateAttributes(manifest, [
    { key: agentStatus, value: status },
    { key: agentTokens, value: toInteger(usage.totalTokens) },
    ...(usage.cost === undefined ? [] : [{ key: agentCost, value: usage.cost }]),
  ]);
  if (status === 'cancelled') show(state, '**Cancelled**');
}

/** Shows the run's state on its page; costs no event. */
export function showStep(state: RunState, step: Step): void {
  show(state, describeStep(step));
}

function show(state: RunState, now: string): void {
  setCurrentDetails(toCurrentDetails(state, { agent: workflowInfo().workflowType, now }));
}

function updateAttributes(manifest: AgentManifest, pairs: SearchAttributeUpdatePair[]): void {
  if (manifest.searchAttributes) upsertSearchAttributes(pairs);
}

/** What is no 64-bit integer would block the workflow task for ever; usage can come from outside. */
function toInteger(value: number): number {
  return Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
}
