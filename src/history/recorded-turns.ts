import type {
  AskedTurn,
  CarriedConversation,
  OlderTurns,
  OpenTurn,
  TurnEnd,
  TurnEntry,
  TurnStatus,
} from '../common/conversation-wire';
import { addUsage, fromRecordedUsage, NO_USAGE, type Usage } from '../common/usage';
import type { RunRequest } from '../common/wire';

/** A turn of a conversation, as history tells it. */
export interface RecordedTurn {
  readonly id: string;
  readonly digest: string;
  /** The update that took it. */
  readonly updateId: string;
  /** Absent: the conversation's own. */
  readonly agent?: string | undefined;
  /** What was asked, with what a retry takes over. Absent: told by a workflow run that was not read. */
  readonly request?: RunRequest | undefined;
  readonly retryOf?: string | undefined;
  readonly status: TurnStatus;
  readonly usage: Usage;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  /** What it led to, where that is known. */
  readonly end?: TurnEnd | undefined;
  /** The workflow run in which it ended. */
  readonly execution?: string | undefined;
}

/** When and where something happened. */
export interface Moment {
  readonly at: Date | undefined;
  readonly execution: string;
}

/** The turns of a conversation, in the order in which they ended; then the one that runs, and those that wait. */
export class RecordedTurns {
  /** Turns before the first that is known, of which only ids and digests were handed on. */
  older: readonly OlderTurns[] = [];
  /** How many turns before those were forgotten. */
  forgotten = 0;
  #ended: RecordedTurn[] = [];
  #running: RecordedTurn | undefined;
  #queue: RecordedTurn[] = [];

  get all(): readonly RecordedTurn[] {
    return [...this.#ended, ...(this.#running === undefined ? [] : [this.#running]), ...this.#queue];
  }

  get ended(): readonly RecordedTurn[] {
    return this.#ended;
  }

  get running(): RecordedTurn | undefined {
    return this.#running;
  }

  find(id: string): RecordedTurn | undefined {
    return this.all.find((turn) => turn.id === id);
  }

  /** A turn was taken; whoever sends it again asks nothing new. */
  take(id: string, updateId: string, asked: AskedTurn): void {
    if (this.find(id) !== undefined) return;
    const { whenBusy, ...rest } = asked;
    const turn = toQueued({ ...rest, ...this.#retried(asked), id, updateId });
    this.#queue = whenBusy === 'interrupt' ? [turn, ...this.#queue] : [...this.#queue, turn];
  }

  /** A turn begins: the one of this id, or else the one that waited longest. */
  begin(id: string | undefined, moment: Moment): void {
    if (id !== undefined && this.#running?.id === id) return;
    const turn = id === undefined ? this.#queue[0] : this.#queue.find((waiting) => waiting.id === id);
    if (turn === undefined) return;
    const before = this.#running;
    // Nobody waited for the end of the turn before.
    if (before !== undefined) this.#close({ ...before, status: 'completed', execution: moment.execution });
    this.#queue = this.#queue.filter((waiting) => waiting !== turn);
    this.#running = { ...turn, status: 'running', startedAt: moment.at };
  }

  /** A turn ended; those who hear of it later hear nothing new. */
  end(id: string, end: TurnEnd, { at, execution }: Moment): void {
    const turn = this.all.find((open) => open.id === id && isOpen(open));
    if (turn === undefined) return;
    const usage = 'outcome' in end ? end.outcome.usage : end.failure.detail.usage;
    this.#close({ ...turn, status: statusOf(end), usage, end, endedAt: at, execution });
  }

  /** What the turn that runs has spent. */
  spend(usage: Partial<Usage>): void {
    const turn = this.#running;
    if (turn !== undefined) this.#running = { ...turn, usage: addUsage(turn.usage, usage) };
  }

  /** What a conversation hands on, or ends with, has the last word. */
  carried(state: CarriedConversation, execution: string): void {
    if (this.#ended.length === 0) {
      this.older = state.older;
      this.forgotten = state.forgotten;
    }
    const ends = new Map(state.ends);
    for (const entry of state.turns) this.#update(entry, ends.get(entry.id), execution);
    this.#remember(state.last);
    const known = new Map(this.all.map((turn) => [turn.id, turn]));
    this.#queue = state.queue.map((open) => known.get(open.id) ?? toQueued(open)).filter(isOpen);
    this.#running = state.running && toRunning(state.running, known);
    for (const [id, end] of ends) this.end(id, end, { at: undefined, execution }); // cancelled while they waited
  }

  /** The conversation is over: nothing goes on. */
  stop(moment: Moment): void {
    const open = this.all.filter(isOpen);
    for (const turn of open) this.#close({ ...turn, status: 'cancelled', execution: moment.execution });
  }

  #update(entry: TurnEntry, end: TurnEnd | undefined, execution: string): void {
    const known = this.find(entry.id);
    const { span: _elsewhere, ...rest } = entry;
    const turn: RecordedTurn = {
      ...known,
      ...rest,
      usage: fromRecordedUsage(entry.usage),
      execution: entry.execution ?? execution,
      end: end ?? known?.end,
    };
    if (known !== undefined && !isOpen(known)) {
      this.#ended = this.#ended.map((ended) => (ended === known ? turn : ended));
    } else this.#close(turn);
  }

  #close(turn: RecordedTurn): void {
    if (this.#running?.id === turn.id) this.#running = undefined;
    this.#queue = this.#queue.filter(({ id }) => id !== turn.id);
    this.#ended.push(turn);
  }

  /** What the last turn was asked, for a retry of it. */
  #remember(last: OpenTurn | undefined): void {
    this.#ended = this.#ended.map((turn) =>
      turn.id === last?.id ? { ...turn, request: last.request, retryOf: last.retryOf } : turn,
    );
  }

  /** A retry asks what the last turn was asked. */
  #retried({ retryOf, request }: AskedTurn): Partial<AskedTurn> {
    const last = this.#ended.at(-1);
    if (retryOf === undefined || last === undefined) return {};
    const agent = last.agent === undefined ? {} : { agent: last.agent };
    return { request: { ...last.request, ...request }, ...agent };
  }
}

export function isOpen({ status }: Pick<RecordedTurn, 'status'>): boolean {
  return status === 'queued' || status === 'running';
}

function toQueued(turn: OpenTurn): RecordedTurn {
  return { ...turn, status: 'queued', usage: NO_USAGE };
}

function toRunning(
  { turn, run }: NonNullable<CarriedConversation['running']>,
  known: ReadonlyMap<string, RecordedTurn>,
): RecordedTurn {
  return { ...(known.get(turn.id) ?? toQueued(turn)), status: 'running', usage: run.usage };
}

/** How a turn ended. */
export function statusOf(end: TurnEnd): TurnEntry['status'] {
  if ('outcome' in end) return 'completed';
  return end.failure.type === 'RunCancelledError' ? 'cancelled' : 'failed';
}
