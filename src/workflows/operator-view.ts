import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { attributesAtStart } from '../common/search-attributes';
import type { AgentManifest } from '../common/wire';
import { describeStep, toCurrentDetails, toFirstDetails } from './current-details';
import type { RunState, Step } from './loop';

const agentStatus = defineSearchAttributeKey('AgentStatus', 'KEYWORD');
const agentTokens = defineSearchAttributeKey('AgentTokens', 'INT');
const agentCost = defineSearchAttributeKey('AgentCost', 'DOUBLE');

const CANCELLED = '**Cancelled**';

/** Adds what whoever started the run did not know, or not give. */
export function showStart({ manifest, request: { conversationId } }: RunState): void {
  const { workflowType: agent, typedSearchAttributes } = workflowInfo();
  const pairs = attributesAtStart({ agent, model: manifest.model, conversationId });
  updateAttributes(
    manifest,
    pairs.filter(({ key, value }) => typedSearchAttributes.get(key) !== value),
  );
}

/** The end of a run whose agent was never known: it has attributes if whoever started it gave it some. */
export function showRefusal(status: 'failed' | 'cancelled'): void {
  setCurrentDetails(status === 'failed' ? '**Failed**' : CANCELLED);
  if (workflowInfo().typedSearchAttributes.get(agentStatus) === undefined) return;
  upsertSearchAttributes([{ key: agentStatus, value: status }]);
}

export function showEnd(state: RunState, status: 'completed' | 'failed' | 'cancelled'): void {
  const { manifest, usage } = state;
  updateAttributes(manifest, [
    { key: agentStatus, value: status },
    { key: agentTokens, value: toInteger(usage.totalTokens) },
    ...(usage.cost === undefined ? [] : [{ key: agentCost, value: usage.cost }]),
  ]);
  if (status === 'cancelled') show(state, CANCELLED);
}

/** The same as {@link showStep} for a run whose first model request is to tell of its agent. */
export function showFirstRequest(model: string): void {
  setCurrentDetails(toFirstDetails({ agent: workflowInfo().workflowType, model }));
}

/** Shows the run's state on its page; costs no event. */
export function showStep(state: RunState, step: Step): void {
  show(state, describeStep(step));
}

function show(state: RunState, now: string): void {
  setCurrentDetails(toCurrentDetails(state, { agent: workflowInfo().workflowType, now }));
}

function updateAttributes(manifest: AgentManifest, pairs: SearchAttributeUpdatePair[]): void {
  if (manifest.searchAttributes && pairs.length > 0) upsertSearchAttributes(pairs);
}

/** What is no 64-bit integer would block the workflow task for ever; usage can come from outside. */
function toInteger(value: number): number {
  return Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
}
