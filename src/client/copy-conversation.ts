import { randomBytes } from 'node:crypto';
import { CARRIED_FORMAT, type CarriedTranscript } from '../common/carried-run';
import type {
  CarriedConversation,
  OlderTurns,
  OpenTurn,
  TurnEnd,
  TurnEntry,
} from '../common/conversation-wire';
import type { ModelMessage } from '../common/messages';
import { packMessages } from '../common/packed-messages';
import { toRecentEnds, toRemembered } from '../common/remembered-turns';
import { estimateTokens } from '../common/token-estimate';
import { EMPTY_TRANSCRIPT, type TranscriptAddress } from '../common/transcript';
import { addUsage, NO_USAGE, toRecordedUsage, type Usage } from '../common/usage';
import type { RecordedConversation } from '../history';
import type { ConversationExport, ExportedTurn } from './conversation-export';
import type { EndedTurn } from './ended-turns';

/** What a conversation goes on with that takes over another one's turns. */
interface Copied {
  readonly usage: Usage;
  /** Those that it goes on from. */
  readonly messages: readonly ModelMessage[];
  readonly dropped: number;
  /** How many more were said. */
  readonly shift: number;
  readonly turns: readonly TurnEntry[];
  readonly older: readonly OlderTurns[];
  readonly forgotten: number;
  readonly ends: readonly (readonly [string, TurnEnd])[];
  readonly last: OpenTurn | undefined;
}

/** The state with which a conversation begins that loads its messages from where they are recorded. */
export function toCarriedCopy(
  recorded: RecordedConversation,
  {
    turns,
    messages,
    usage,
  }: { turns: readonly EndedTurn[]; messages: readonly ModelMessage[]; usage: Usage },
): CarriedConversation {
  const last = turns.at(-1);
  return toCarried(
    {
      usage,
      messages,
      dropped: recorded.dropped,
      shift: recorded.shift,
      turns: turns.map((turn) => toEntry(turn, recorded.execution)),
      older: recorded.turns.older,
      forgotten: recorded.turns.forgotten,
      ends: turns.flatMap(({ id, end }) => (end === undefined ? [] : [[id, end] as const])),
      last: last && toLast(last),
    },
    (address) => ({ address }),
  );
}

/** The state with which a conversation begins that brings its messages along. */
export function toCarriedImport(exported: ConversationExport): CarriedConversation {
  const { messages, usage, dropped, shift, turns, last } = exported;
  const lastTurn = turns.find(({ id }) => id === last?.id);
  return toCarried(
    {
      usage: addUsage(NO_USAGE, usage),
      messages,
      dropped,
      shift,
      turns: turns.map((turn) => toEntry(turn, '')), // recorded somewhere else, if at all
      older: [],
      forgotten: 0,
      ends: [],
      last: lastTurn && last && { ...toOpen(lastTurn), request: last.request },
    },
    (address) => ({
      address,
      held: { start: address, earlier: packMessages(messages), messages: [], versions: [] },
    }),
  );
}

function toCarried(
  { messages, dropped, shift, turns, older, forgotten, ends, last, usage }: Copied,
  place: (address: TranscriptAddress) => Pick<CarriedTranscript, 'address' | 'held'>,
): CarriedConversation {
  const tokens = messages.reduce((sum, message) => sum + estimateTokens(message), 0);
  const transcript = { tokens, continued: 0, dropped, shift, ...place(toAddress(messages)) };
  return {
    format: CARRIED_FORMAT,
    usage,
    ...(messages.length === 0 ? {} : { transcript }),
    ...toRemembered({ turns, older, forgotten }),
    ends: toRecentEnds(ends),
    ...(last === undefined ? {} : { last }),
    queue: [],
  };
}

/** Nobody else's: its messages came about elsewhere. */
function toAddress({ length }: readonly ModelMessage[]): TranscriptAddress {
  return length === 0 ? EMPTY_TRANSCRIPT : { length, version: randomBytes(9).toString('base64url') };
}

function toEntry(turn: ExportedTurn & { execution?: string | undefined }, current: string): TurnEntry {
  const { id, digest, agent, status, span, usage, updateId, execution = current } = turn;
  return {
    id,
    digest,
    ...(agent === undefined ? {} : { agent }),
    status,
    ...(span === undefined ? {} : { span }),
    usage: toRecordedUsage(addUsage(NO_USAGE, usage)),
    updateId,
    execution,
  };
}

function toLast(turn: EndedTurn): OpenTurn | undefined {
  return turn.request && { ...toOpen(turn), request: turn.request };
}

function toOpen({ id, digest, updateId, agent }: Pick<EndedTurn, 'id' | 'digest' | 'updateId' | 'agent'>) {
  return { id, digest, updateId, ...(agent === undefined ? {} : { agent }) };
}
