import { CARRIED_FORMAT, type CarriedRun } from '../../../common/carried-run';
import type {
  CarriedConversation,
  ConversationRequest,
  OpenTurn,
  TurnEntry,
} from '../../../common/conversation-wire';
import { toRecentEnds, toRemembered } from '../../../common/remembered-turns';
import { fromCarried, toCarried, toCarriedTranscript, toTranscript, withoutMessages } from '../carry';
import type { RunState } from '../state';
import { requestOf, toTurnOfConversation } from './begin-turn';
import { type ConversationState, endedSpans, startConversation } from './state';

/** What the next workflow run needs to go on, this one being `execution`; `undefined` while a turn is beginning or ending. */
export function toCarriedConversation(
  conversation: ConversationState,
  run: RunState | undefined,
  execution: string,
): CarriedConversation | undefined {
  const { running, queue, usage, last, closing, older, forgotten, ends } = conversation;
  const carriedRun = run && toCarried(run);
  if ((running === undefined) !== (carriedRun === undefined)) return undefined;
  const entries = toEntries(conversation, run, execution);
  return {
    format: CARRIED_FORMAT,
    usage,
    ...toRemembered({ turns: entries, older, forgotten }),
    ends: toRecentEnds([...ends]),
    ...(last === undefined ? {} : { last }),
    queue,
    ...(closing === undefined ? {} : { closing }),
    ...(running === undefined || carriedRun === undefined
      ? toCarriedPause(conversation)
      : { running: { turn: running, run: carriedRun } }),
  };
}

/** Between turns. */
function toCarriedPause({ transcript, compacted }: ConversationState): Partial<CarriedConversation> {
  return {
    transcript: toCarriedTranscript(transcript),
    tail: transcript.unsent.append,
    ...(compacted === undefined ? {} : { compacted }),
  };
}

/** The same without its messages, which the next workflow run loads from this one. */
export function withoutConversationMessages(carried: CarriedConversation): CarriedConversation {
  const { transcript, running } = carried;
  return {
    ...carried,
    ...(transcript === undefined ? {} : { transcript: { ...transcript, held: undefined } }),
    ...(running === undefined ? {} : { running: { ...running, run: withoutMessages(running.run) } }),
  };
}

/** A conversation that was handed on, and the state of the turn that runs in it. */
export function fromCarriedConversation(
  request: ConversationRequest,
  carried: CarriedConversation,
): { readonly conversation: ConversationState; readonly run: RunState | undefined } {
  const { usage, turns, older, forgotten, ends, last, queue, running, closing, compacted } = carried;
  const beginning = startConversation(request);
  const held = carried.transcript ?? running?.run.transcript;
  const transcript = held === undefined ? beginning.transcript : toTranscript(held);
  const conversation: ConversationState = {
    ...beginning,
    usage,
    transcript: { ...transcript, spans: turns.map(({ span }) => span) },
    turns: turns.map(({ span: _inTranscript, ...entry }) => entry),
    older,
    forgotten,
    ends: new Map(ends),
    last,
    queue,
    running: running?.turn,
    closing,
    compacted,
  };
  return { conversation, run: running && toRun(conversation, running) };
}

function toRun(
  conversation: ConversationState,
  { turn, run }: { readonly turn: OpenTurn; readonly run: CarriedRun },
): RunState {
  const { transcript, ...state } = fromCarried(requestOf(conversation, turn), run);
  const spans = [...conversation.transcript.spans, run.span];
  return { ...state, transcript: { ...transcript, spans }, turn: toTurnOfConversation(conversation, turn) };
}

function toEntries(
  { turns, transcript }: ConversationState,
  run: RunState | undefined,
  execution: string,
): TurnEntry[] {
  const spans = run === undefined ? transcript.spans : endedSpans(transcript, run.transcript);
  return turns.map((entry, index) => {
    const span = spans[index];
    return { ...entry, ...(span === undefined ? {} : { span }), execution: entry.execution ?? execution };
  });
}
