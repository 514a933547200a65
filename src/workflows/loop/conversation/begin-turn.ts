import type { OpenTurn } from '../../../common/conversation-wire';
import { NO_USAGE } from '../../../common/usage';
import { type AgentManifest, type RunRequest, toFirstMessage } from '../../../common/wire';
import { toOwnRequest } from '../carry';
import { type RunState, type TurnOfConversation, withMessage } from '../state';
import { type ConversationState, lengthOf } from './state';
import { withoutRetried } from './take-back';

/** The conversation in which the turn that waited longest runs; what a retry takes the place of is taken back. */
export function withTurnBegun(conversation: ConversationState): ConversationState {
  const [running, ...queue] = conversation.queue;
  return running === undefined ? conversation : { ...withoutRetried(conversation, running), running, queue };
}

/** The request of a turn, with what the conversation has for those that say nothing. */
export function requestOf({ request: { deps } }: ConversationState, { request }: OpenTurn): RunRequest {
  return deps === undefined || request.deps !== undefined ? request : { ...request, deps };
}

/** The state before the first step of a turn. */
export function startTurn(
  conversation: ConversationState,
  turn: OpenTurn,
  manifest: AgentManifest,
): RunState {
  const request = requestOf(conversation, turn);
  const { transcript, compacted } = conversation;
  const from = lengthOf(transcript);
  const state: RunState = {
    manifest,
    request: toOwnRequest(request),
    usage: NO_USAGE,
    step: 0,
    transcript: { ...transcript, spans: [...transcript.spans, [from, from]] },
    retries: { output: 0, tools: new Map() },
    phase: { kind: 'requesting' },
    turn: toTurnOfConversation(conversation, turn),
    // What little one agent gained says nothing of another one's compaction.
    ...(compacted === undefined || compacted.above !== manifest.compactAbove
      ? {}
      : { compactAgainAbove: compacted.againAbove }),
  };
  return withMessage(state, { input: turn.id }, toFirstMessage(request));
}

export function toTurnOfConversation(
  { usage, request: { usageLimits } }: ConversationState,
  { id, agent }: OpenTurn,
): TurnOfConversation {
  const limits = { requestLimit: null, ...usageLimits };
  return { reference: { id, ...(agent === undefined ? {} : { agent }) }, spent: usage, limits };
}
