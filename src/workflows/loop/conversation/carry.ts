import { CARRIED_FORMAT, type CarriedRun, type CarriedTranscript } from '../../../common/carried-run';
import type {
  CarriedConversation,
  ConversationRequest,
  OlderTurns,
  TurnEnd,
  TurnEntry,
} from '../../../common/conversation-wire';
import { targetOf } from '../../../common/transcript';
import {
  MAX_CARRIED_RESULTS,
  MAX_CARRIED_RESULTS_LENGTH,
  MAX_OLDER_TURNS_LENGTH,
  MAX_RECENT_TURNS,
} from '../../../common/size-limits';
import { fromCarried, toCarried, toTranscript } from '../carry';
import type { RunState, Transcript } from '../state';
import { type ConversationState, startConversation } from './state';
import { requestOf, toTurnOfConversation } from './take-turns';

/** What the next workflow run needs to go on, this one being `execution`; `undefined` while a turn is beginning or ending. */
export function toCarriedConversation(
  conversation: ConversationState,
  run: RunState | undefined,
  execution: string,
): CarriedConversation | undefined {
  const { running, queue, usage, last, closing } = conversation;
  const carriedRun = run && toCarried(run);
  if ((running === undefined) !== (carriedRun === undefined)) return undefined;
  const transcript = run?.transcript ?? conversation.transcript;
  return {
    format: CARRIED_FORMAT,
    usage,
    ...toRemembered(withSpans(conversation.turns, transcript, execution), conversation),
    ends: toRecent(conversation.ends),
    ...(last === undefined ? {} : { last }),
    queue,
    ...(closing === undefined ? {} : { closing }),
    ...(running === undefined || carriedRun === undefined
      ? { transcript: toCarriedTranscript(transcript), tail: transcript.unsent.append }
      : { running: { turn: running, run: carriedRun } }),
  };
}

/** The same without its messages, which the next workflow run loads from this one. */
export function withoutConversationMessages(carried: CarriedConversation): CarriedConversation {
  const { transcript, running } = carried;
  return {
    ...carried,
    ...(transcript === undefined ? {} : { transcript: { ...transcript, held: undefined } }),
    ...(running === undefined ? {} : { running: { ...running, run: withoutHeld(running.run) } }),
  };
}

function withoutHeld(run: CarriedRun): CarriedRun {
  return { ...run, transcript: { ...run.transcript, held: undefined } };
}

/** A conversation that was handed on, and the state of the turn that runs in it. */
export function fromCarriedConversation(
  request: ConversationRequest,
  carried: CarriedConversation,
): { readonly conversation: ConversationState; readonly run: RunState | undefined } {
  const { usage, turns, older, forgotten, ends, last, queue, running, closing } = carried;
  const spans = turns.map(({ span }) => span);
  const known: ConversationState = {
    ...startConversation(request),
    usage,
    turns: turns.map(({ span: _inTranscript, ...entry }) => entry),
    older,
    forgotten,
    ends: new Map(ends),
    last,
    queue,
    running: running?.turn,
    closing,
  };
  const held = carried.transcript ?? running?.run.transcript;
  if (held === undefined) return { conversation: known, run: undefined };
  const transcript = { ...toTranscript(held), spans };
  const conversation = { ...known, transcript };
  if (running === undefined) return { conversation, run: undefined };
  const own = running.run.span;
  const run = fromCarried(requestOf(known, running.turn), running.run);
  return {
    conversation,
    run: {
      ...run,
      transcript: { ...run.transcript, spans: [...spans, own] },
      turn: toTurnOfConversation(known, running.turn),
    },
  };
}

function toCarriedTranscript(transcript: Transcript): CarriedTranscript {
  const { start, earlier, messages, versions, unsent, tokens, continued, dropped, shift } = transcript;
  return {
    tokens,
    continued,
    dropped,
    shift,
    address: targetOf(unsent),
    held: { start, earlier, messages, versions },
  };
}

function withSpans(turns: readonly TurnEntry[], { spans }: Transcript, execution: string): TurnEntry[] {
  return turns.map((entry, index) => {
    const span = spans[index];
    return { ...entry, ...(span === undefined ? {} : { span }), execution: entry.execution ?? execution };
  });
}

/** Of all but the last turns only the ids are kept, and of those only so many. */
function toRemembered(
  turns: readonly TurnEntry[],
  { older, forgotten }: Pick<ConversationState, 'older' | 'forgotten'>,
): Pick<CarriedConversation, 'turns' | 'older' | 'forgotten'> {
  const recent = turns.slice(-MAX_RECENT_TURNS);
  const known = turns.slice(0, turns.length - recent.length).reduce(withOlder, older);
  const kept = [...known];
  let gone = 0;
  while (kept.length > 0 && JSON.stringify(kept).length > MAX_OLDER_TURNS_LENGTH) {
    gone += kept.shift()?.turns.length ?? 0;
  }
  return { turns: recent, older: kept, forgotten: forgotten + gone };
}

function withOlder(older: readonly OlderTurns[], { id, digest, execution = '' }: TurnEntry): OlderTurns[] {
  const group = older.at(-1);
  if (group?.execution !== execution) return [...older, { execution, turns: [[id, digest]] }];
  return [...older.slice(0, -1), { execution, turns: [...group.turns, [id, digest]] }];
}

function toRecent(ends: ReadonlyMap<string, TurnEnd>): [string, TurnEnd][] {
  const recent: [string, TurnEnd][] = [];
  let room = MAX_CARRIED_RESULTS_LENGTH;
  for (const entry of [...ends].slice(-MAX_CARRIED_RESULTS).reverse()) {
    room -= JSON.stringify(entry).length;
    if (room < 0) break;
    recent.unshift(entry);
  }
  return recent;
}
