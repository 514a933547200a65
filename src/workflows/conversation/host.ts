import { HandlerUnfinishedPolicy } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineUpdate,
  scheduleLocalActivity,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  CANCEL_TURN_UPDATE,
  type CancelTurnInput,
  CLOSE_UPDATE,
  type CloseInput,
  type Closing,
  type RecordedEnd,
  type RefusalDetail,
  REWIND_UPDATE,
  type RewindInput,
  TURN_ENDED_ACTIVITY,
  TURN_QUERY,
  TURN_UPDATE,
  type TurnAnswer,
  type TurnInput,
} from '../../common/conversation-wire';
import type { PackedMessages, RunOutcome } from '../../common/wire';
import { type RunState, withLoaded } from '../loop';
import {
  type ConversationState,
  type EndedTurn,
  findTurn,
  lengthOf,
  refusalOfCancel,
  refusalOfRewind,
  refusalOfTurn,
  turnAnswer,
  withRewind,
  withTurnAsked,
  withTurnBegun,
  withTurnEnded,
} from '../loop/conversation';
import { type Answerable, answerTranscriptQueries } from '../transcript-query';
import type { WorkerVersion } from '../worker-version';
import type { OpenedConversation } from './open-conversation';
import { toRefusal } from './refusal';
import { deliver, toCancelled } from './turn-end';

const turnUpdate = defineUpdate<RunOutcome, [TurnInput]>(TURN_UPDATE);
const rewindUpdate = defineUpdate<number, [RewindInput]>(REWIND_UPDATE);
const cancelUpdate = defineUpdate<void, [CancelTurnInput]>(CANCEL_TURN_UPDATE);
const closeUpdate = defineUpdate<void, [CloseInput]>(CLOSE_UPDATE);
const turnQuery = defineQuery<TurnAnswer, [string]>(TURN_QUERY);

/**
 * Callers wait in these handlers for as long as their turn takes. When another workflow run goes on meanwhile, a caller
 * is told so and asks that one.
 */
const PATIENT = { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON };

/** A conversation that can be talked to: its state, and the handlers that change it. */
export class ConversationHost {
  state: ConversationState;
  /** Of the turn that runs. */
  run: RunState | undefined;
  /** When somebody last sent or was answered, in milliseconds. */
  lastActive = Date.now();
  #scope = new CancellationScope();
  /** How many wait for a turn, by its id. */
  readonly #waiting = new Map<string, number>();
  #cancelReason = '';

  constructor({ conversation, run }: OpenedConversation) {
    this.state = conversation;
    this.run = run;
  }

  /** Adds the messages that were not handed on. */
  complete(earlier: PackedMessages): void {
    const { state, run } = this;
    this.state = { ...state, transcript: withLoaded(state.transcript, earlier) };
    if (run !== undefined) this.run = { ...run, transcript: withLoaded(run.transcript, earlier) };
  }

  listen(): void {
    setHandler(turnUpdate, (input) => this.#takeTurn(input), {
      ...PATIENT,
      validator: (input: TurnInput) => refuse(refusalOfAgent(input) ?? refusalOfTurn(this.state, input)),
    });
    setHandler(rewindUpdate, (input) => this.#rewind(input), {
      validator: (input: RewindInput) => refuse(refusalOfRewind(this.state, input)),
    });
    setHandler(cancelUpdate, (input) => this.#cancel(input), {
      ...PATIENT,
      validator: (input: CancelTurnInput) => refuse(refusalOfCancel(this.state, input)),
    });
    setHandler(closeUpdate, (input) => this.close(input));
    setHandler(turnQuery, (turnId) => turnAnswer(this.state, turnId));
    answerTranscriptQueries(() => this.#answerable());
  }

  /** Waits until there is something to do, also by another version of the worker. */
  async work(version: WorkerVersion): Promise<void> {
    await condition(
      () => this.state.queue.length > 0 || this.state.closing !== undefined || version.hasChanged,
    );
  }

  /** Whether no turn has ended yet. */
  get isNew(): boolean {
    const { turns, older } = this.state;
    return turns.length === 0 && older.length === 0;
  }

  get isIdle(): boolean {
    return this.state.running === undefined && this.state.queue.length === 0;
  }

  /** The conversation ends when the turns have that were taken. */
  close(closing: Closing): void {
    const { state } = this;
    this.state = { ...state, closing: state.closing ?? closing };
  }

  begin(): void {
    this.state = withTurnBegun(this.state);
    this.#scope = new CancellationScope();
    this.#cancelReason = '';
  }

  /** Ends the turn that runs. */
  async end(ended: EndedTurn): Promise<void> {
    this.run = undefined;
    this.lastActive = Date.now();
    await this.#settle(ended);
  }

  /** Work for the turn that runs, which may be cancelled without the conversation. */
  cancellable<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#scope.run(work);
  }

  /** Why the turn that runs was cancelled. */
  get cancelReason(): string {
    return this.#cancelReason;
  }

  async #takeTurn({ turnId, asked }: TurnInput): Promise<RunOutcome> {
    this.lastActive = Date.now();
    if (asked !== undefined && findTurn(this.state, turnId) === undefined) {
      const updateId = currentUpdateInfo()?.id ?? '';
      this.state = withTurnAsked(this.state, { ...asked, id: turnId, updateId });
      if (asked.whenBusy === 'interrupt') this.#stop(`turn '${turnId}' interrupted it`);
    }
    this.#count(turnId, 1);
    try {
      await condition(() => this.state.ends.has(turnId));
    } finally {
      this.#count(turnId, -1);
    }
    const end = this.state.ends.get(turnId);
    if (end === undefined) throw toRefusal({ kind: 'forgotten', turnId });
    return deliver(end);
  }

  #count(turnId: string, more: number): void {
    const waiting = (this.#waiting.get(turnId) ?? 0) + more;
    if (waiting > 0) this.#waiting.set(turnId, waiting);
    else this.#waiting.delete(turnId);
  }

  #rewind(input: RewindInput): number {
    this.state = withRewind(this.state, input);
    return lengthOf(this.state.transcript);
  }

  /** One that waits ends at once. */
  async #cancel({ turnId, reason }: CancelTurnInput): Promise<void> {
    const known = findTurn(this.state, turnId);
    if (known?.kind === 'running') this.#stop(reason);
    if (known?.kind !== 'queued') return;
    const end = toCancelled(turnId, undefined, reason);
    const { turn } = known;
    await this.#settle({ turn, state: undefined, status: 'cancelled', end, beside: this.run });
  }

  /** A turn has ended. Waits until all who waited for it are answered: history then has the ends in their order. */
  async #settle(ended: EndedTurn): Promise<void> {
    const turnId = ended.turn.id;
    this.state = withTurnEnded(this.state, ended);
    if (!this.#waiting.has(turnId)) return record({ turnId, end: ended.end });
    await condition(() => !this.#waiting.has(turnId));
  }

  /** The first reason counts. */
  #stop(reason: string): void {
    if (this.#scope.consideredCancelled) return;
    this.#cancelReason = reason;
    this.#scope.cancel();
  }

  #answerable(): Answerable {
    return this.run ?? { transcript: this.state.transcript, request: {} };
  }
}

/** A turn that somebody waits for is recorded as the answer; who waited in an earlier workflow run was told to ask again. */
async function record(recorded: RecordedEnd): Promise<void> {
  await scheduleLocalActivity<RecordedEnd>(TURN_ENDED_ACTIVITY, [recorded], { startToCloseTimeout: '10s' });
}

function refusalOfAgent({ of }: TurnInput): RefusalDetail | undefined {
  const { workflowType: agent } = workflowInfo();
  return of === undefined || of === agent ? undefined : { kind: 'other-agent', agent };
}

function refuse(refusal: RefusalDetail | undefined): void {
  if (refusal !== undefined) throw toRefusal(refusal);
}
