import type { AskedTurn, OpenTurn, RewindInput, TurnEnd, TurnEntry } from '../../../common/conversation-wire';
import { addUsage, NO_USAGE, toRecordedUsage } from '../../../common/usage';
import { type AgentManifest, type RunRequest, toFirstMessage } from '../../../common/wire';
import { toOwnRequest } from '../carry';
import { cutTranscript } from '../cut-transcript';
import { type RunState, type Transcript, type TurnOfConversation, withMessage } from '../state';
import { spanEnd } from './judge';
import { type ConversationState, lengthOf } from './state';

/** The conversation after one more turn was asked of it. A retry asks what the last turn was asked. */
export function withTurnAsked(
  conversation: ConversationState,
  asked: AskedTurn & { readonly id: string; readonly updateId: string },
): ConversationState {
  const { whenBusy, ...turn } = asked;
  const { queue, last } = conversation;
  const taken = turn.retryOf === undefined ? turn : toRetry(turn, last);
  return { ...conversation, queue: whenBusy === 'interrupt' ? [taken, ...queue] : [...queue, taken] };
}

function toRetry(turn: OpenTurn, last: OpenTurn | undefined): OpenTurn {
  if (last === undefined) return turn;
  const { request, agent } = last;
  return {
    ...turn,
    request: { ...request, ...turn.request },
    ...(agent === undefined ? {} : { agent }),
  };
}

/** The conversation in which the turn that waited longest runs; what a retry takes the place of is taken back. */
export function withTurnBegun(conversation: ConversationState): ConversationState {
  const [running, ...queue] = conversation.queue;
  if (running === undefined) return conversation;
  const { transcript } = conversation;
  const retried = running.retryOf === undefined ? undefined : transcript.spans.at(-1);
  return {
    ...conversation,
    running,
    queue,
    ...(retried === undefined ? {} : { transcript: cutTranscript(transcript, retried[0]) }),
  };
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
  const from = lengthOf(conversation.transcript);
  const { transcript } = conversation;
  const state: RunState = {
    manifest,
    request: toOwnRequest(request),
    usage: NO_USAGE,
    step: 0,
    transcript: { ...transcript, spans: [...transcript.spans, [from, from]] },
    retries: { output: 0, tools: new Map() },
    phase: { kind: 'requesting' },
    turn: toTurnOfConversation(conversation, turn),
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

export interface EndedTurn {
  readonly turn: OpenTurn;
  /** Absent when it did not even begin. */
  readonly state: RunState | undefined;
  readonly status: TurnEntry['status'];
  readonly end: TurnEnd;
}

/** The conversation after a turn ended, one way or another. What was said in it stays. */
export function withTurnEnded(
  conversation: ConversationState,
  { turn, state, status, end }: EndedTurn,
): ConversationState {
  const { id, digest, agent, updateId } = turn;
  const usage = state?.usage ?? NO_USAGE;
  const entry: TurnEntry = {
    id,
    digest,
    ...(agent === undefined ? {} : { agent }),
    status,
    usage: toRecordedUsage(usage),
    updateId,
  };
  return {
    ...conversation,
    usage: addUsage(conversation.usage, usage),
    transcript: toEndedTranscript(conversation.transcript, state?.transcript),
    turns: [...conversation.turns, entry],
    ends: new Map(conversation.ends).set(id, end),
    last: turn,
    running: undefined,
  };
}

/** The turn's span reaches to the end, unless its beginning was compacted. */
function toEndedTranscript(before: Transcript, after: Transcript | undefined): Transcript {
  if (after === undefined) {
    const length = lengthOf(before);
    return { ...before, spans: [...before.spans, [length, length]] };
  }
  const own = after.spans.at(-1);
  const span = own === undefined ? undefined : ([own[0], lengthOf(after)] as const);
  return { ...after, spans: [...after.spans.slice(0, -1), span] };
}

/** The conversation as it was after a turn, or before the first; the turns taken back stay known. */
export function withRewind(conversation: ConversationState, { to }: RewindInput): ConversationState {
  const length = to === undefined ? 0 : spanEnd(conversation, to);
  if (length === undefined) return conversation;
  return { ...conversation, transcript: cutTranscript(conversation.transcript, length) };
}
