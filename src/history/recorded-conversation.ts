import type { CarriedTranscript, HeldMessages } from '../common/carried-run';
import {
  type CarriedConversation,
  CLOSE_UPDATE,
  type CloseInput,
  type ConversationInput,
  type ConversationOutcome,
  type ConversationRequest,
  REWIND_UPDATE,
  TURN_UPDATE,
  type TurnEnd,
  type TurnInput,
} from '../common/conversation-wire';
import type { ModelMessage, ModelResponse } from '../common/messages';
import { EMPTY_TRANSCRIPT } from '../common/transcript';
import { addUsage, NO_USAGE, type Usage, withResponseUsage } from '../common/usage';
import {
  type CompactionInput,
  type CompactionResult,
  type EarlierMessages,
  type LoadedTranscript,
  type ModelRequestInput,
  type ModelRequestResult,
  toFirstMessage,
  type ToolCallResult,
} from '../common/wire';
import { type Compaction, toCompaction } from './compaction';
import type { AcceptedUpdate, ConversationEnd } from './conversation-events';
import { type PlacedTurn, placeTurns } from './placed-turns';
import { markInterrupted, RecordedMessages } from './recorded-messages';
import { type Moment, RecordedTurns } from './recorded-turns';

/**
 * What a conversation's history says. Like a run's it needs no worker to be read, and is there for conversations that
 * were cancelled or terminated.
 */
export class RecordedConversation {
  /** The type of its workflow. */
  agent = '';
  request: ConversationRequest = {};
  /** Spent in all turns, also in those that were taken back. */
  usage: Usage = NO_USAGE;
  readonly compactions: Compaction[] = [];
  readonly turns = new RecordedTurns();
  /** Present when the conversation is over. */
  end: ConversationEnd | undefined;
  /** Present when it will be over as soon as its turns have ended. */
  closing: CloseInput | undefined;
  /** Whether another workflow run goes on with it. */
  goesOn = false;
  /** The last workflow run that was read, and how many of its events. */
  execution = '';
  events = 0;
  /** When that happened which is told next. */
  at: Date | undefined;
  /** Messages before the first that is known. */
  before = 0;
  /** Messages that the model does not read any more. */
  dropped = 0;
  readonly #messages = new RecordedMessages({
    history: () => undefined,
    input: (turn) => this.#promptOf(turn),
  });
  #hasStarted = false;
  /** Handed on with messages by reference, and no event told of these yet. */
  #lacking: CarriedConversation | undefined;

  get lacksMessages(): boolean {
    return this.#lacking !== undefined;
  }

  /** How many more messages were said than the model reads. */
  get shift(): number {
    return this.before + this.#messages.all.length - this.#messages.length;
  }

  get ended(): boolean {
    return this.end !== undefined;
  }

  /** The start of a workflow run: the first one, or one that goes on, or in which it was opened again. */
  start({ conversation }: ConversationInput, carried: CarriedConversation | undefined): void {
    this.goesOn = false;
    this.request = conversation;
    if (this.#hasStarted) {
      this.#reopen();
      return;
    }
    this.#hasStarted = true;
    if (carried === undefined) return;
    this.#takeOver(carried);
    const transcript = transcriptOf(carried);
    this.before = transcript?.shift ?? 0;
    this.dropped = transcript?.dropped ?? 0;
    const isEmpty = transcript === undefined || transcript.address.length === 0;
    const held = transcript?.held ?? (isEmpty ? NOTHING : undefined);
    if (held === undefined) this.#lacking = carried;
    else this.#restore(carried, held);
  }

  updateAccepted({ name, id, input }: AcceptedUpdate): void {
    if (name === CLOSE_UPDATE) this.closing ??= input as CloseInput; // to the wire contract
    if (name !== TURN_UPDATE) return;
    const { turnId, asked } = input as TurnInput; // to the wire contract
    if (asked !== undefined) this.turns.take(turnId, id, asked);
  }

  /** Only changes that were carried out are told. */
  updateCompleted({ name, input }: AcceptedUpdate, result: unknown): void {
    if (name === TURN_UPDATE) {
      this.turnEnded((input as TurnInput).turnId, result as TurnEnd); // to the wire contract, both
    } else if (name === REWIND_UPDATE) {
      this.#takeBack(result as number); // the same
    }
  }

  turnEnded(turnId: string, end: TurnEnd): void {
    const { tail } = 'outcome' in end ? end.outcome : end.failure.detail;
    const hasBegun = this.turns.running?.id === turnId;
    if (this.turns.running === undefined) this.#begin(turnId); // its agent could not be resolved
    this.turns.end(turnId, end, this.#moment);
    if (hasBegun && tail !== undefined) this.#messages.added(tail);
    const isSilent = !hasBegun && this.turns.running === undefined;
    if (isSilent && this.#messages.placeOf(turnId) === undefined) this.#messages.place(turnId);
  }

  /** The worker resolved the agent of the turn that is due. */
  resolved(): void {
    this.#begin(undefined);
  }

  modelRequested(input: ModelRequestInput): void {
    this.#begin(input.turn?.id);
    this.#messages.asked(input);
  }

  modelResponded(result: ModelRequestResult): void {
    if ('exceeded' in result) return;
    this.#messages.responded(result);
    this.#spend(withResponseUsage(NO_USAGE, result.response.usage));
  }

  toolReturned(toolName: string, toolCallId: string, result: ToolCallResult): void {
    if (this.#messages.returned({ toolName, toolCallId }, result)) this.#spend({ toolCalls: 1 });
  }

  compacted(input: CompactionInput, result: CompactionResult): void {
    this.#begin(input.turn?.id);
    this.#messages.compacted(input, result);
    this.compactions.push(toCompaction(input, result));
    this.dropped += result.dropped;
    if (result.usage !== undefined) this.#spend(withResponseUsage(NO_USAGE, result.usage));
  }

  transcriptLoaded(part: LoadedTranscript): void {
    const loaded = this.#messages.loaded(part);
    if (loaded !== undefined) this.restore(loaded);
  }

  /** The messages that were handed on by reference, unless they were read where they were said. */
  restore(earlier: EarlierMessages): void {
    const carried = this.#lacking;
    const start = carried && transcriptOf(carried)?.address;
    if (carried !== undefined && start !== undefined) {
      this.#restore(carried, { start, earlier, messages: [] });
    }
  }

  continuedAsNew(carried: CarriedConversation): void {
    this.#handOver(carried);
    this.goesOn = true;
  }

  completed({ closed, reason, state }: ConversationOutcome): void {
    this.#handOver(state);
    this.over({ how: closed, reason });
  }

  over(end: ConversationEnd): void {
    this.end = end;
    this.turns.stop(this.#moment);
  }

  response(id: string): ModelResponse | undefined {
    return this.#messages.response(id);
  }

  /** All messages that are retained, with what was produced after the last one that was made up. */
  messagesSoFar(): readonly ModelMessage[] {
    return this.#marked([...this.#messages.allSoFar(), ...this.#unasked()]);
  }

  /** The same as the model reads them. */
  seenSoFar(): readonly ModelMessage[] {
    return this.#marked([...this.#messages.seenSoFar(), ...this.#unasked()]);
  }

  /** What the model reads of the turns that have ended. */
  seenOfEnded(): readonly ModelMessage[] {
    const { running } = this.turns;
    const place = running && this.#messages.placeOf(running.id);
    const seen = this.#messages.seenSoFar();
    return this.#marked(place === undefined ? seen : seen.slice(0, this.#messages.seenIndexOf(place)));
  }

  placedTurns(): readonly PlacedTurn[] {
    return placeTurns(this.turns.all, this.#messages, {
      before: this.before,
      all: this.#messages.allSoFar().length,
      seen: this.#messages.seenSoFar().length,
    });
  }

  get #moment(): Moment {
    return { at: this.at, execution: this.execution };
  }

  /** What a conversation hands on has the last word. */
  #takeOver(carried: CarriedConversation): void {
    const { usage, running, closing } = carried;
    this.closing ??= closing;
    this.turns.carried(carried, this.execution);
    this.usage = running === undefined ? usage : addUsage(usage, running.run.usage);
  }

  #restore(carried: CarriedConversation, held: Pick<HeldMessages, 'start' | 'earlier' | 'messages'>): void {
    this.#lacking = undefined;
    this.#messages.restore(held);
    for (const { id, span } of carried.turns) if (span !== undefined) this.#messages.place(id, span[0]);
    const { running } = carried;
    if (running?.run.span !== undefined) this.#messages.place(running.turn.id, running.run.span[0]);
  }

  #handOver(carried: CarriedConversation): void {
    const tail = carried.running?.run.tail ?? carried.tail;
    this.#takeOver(carried);
    if (tail !== undefined && !this.lacksMessages) this.#messages.added(tail);
    this.#messages.told();
  }

  /** What was said in the turn that was cut off stays. */
  #reopen(): void {
    if (!this.ended) return;
    this.#messages.settle();
    this.end = undefined;
    this.closing = undefined;
  }

  #begin(turnId: string | undefined): void {
    const before = this.turns.running;
    this.turns.begin(turnId, this.#moment);
    const { running } = this.turns;
    if (running === undefined || running === before || running.retryOf === undefined) return;
    const span = this.placedTurns().find(({ id }) => id === running.retryOf)?.span;
    // It stays where others have gone on from it since.
    if (span === undefined || span[1] < this.#messages.seenSoFar().length) return;
    this.#takeBack(span[0]);
  }

  /** What is left of the messages that the model reads. */
  #takeBack(left: number): void {
    const placed = this.placedTurns().filter(({ from }) => from !== undefined);
    this.#messages.takeBack(left);
    if (left === 0) this.before = 0;
    for (const { id, span } of placed) {
      if (span === undefined ? left === 0 : span[1] > left) this.#messages.forget(id);
      else if (left === 0) this.#messages.place(id); // nothing was said in it
    }
  }

  #spend(usage: Partial<Usage>): void {
    this.usage = addUsage(this.usage, usage);
    this.turns.spend(usage);
  }

  /** The prompt of a turn that runs, and that no model was asked yet. */
  #unasked(): readonly ModelMessage[] {
    const { running } = this.turns;
    if (running?.request === undefined || this.#messages.placeOf(running.id) !== undefined) return [];
    return [toFirstMessage(running.request)];
  }

  #promptOf(turn: string | undefined): ModelMessage | undefined {
    const request = turn === undefined ? undefined : this.turns.find(turn)?.request;
    return request && toFirstMessage(request);
  }

  #marked(messages: readonly ModelMessage[]): readonly ModelMessage[] {
    return this.ended ? markInterrupted(messages) : messages;
  }
}

const NOTHING = { start: EMPTY_TRANSCRIPT, earlier: [], messages: [] };

function transcriptOf({ running, transcript }: CarriedConversation): CarriedTranscript | undefined {
  return running?.run.transcript ?? transcript;
}
