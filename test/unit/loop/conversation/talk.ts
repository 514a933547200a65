import type {
  AskedTurn,
  CarriedConversation,
  ConversationRequest,
  RefusalDetail,
  TurnEnd,
  TurnEntry,
} from '../../../../src/common/conversation-wire';
import type { ModelMessage } from '../../../../src/common/messages';
import { packMessages, unpackMessages } from '../../../../src/common/packed-messages';
import { NO_USAGE, type ResponseUsage } from '../../../../src/common/usage';
import type { AgentManifest, CompactionResult, RunRequest } from '../../../../src/common/wire';
import { toCancelled, toCompleted, toFailed } from '../../../../src/workflows/conversation/turn-end';
import {
  nextStep,
  type RunState,
  type Step,
  withCompaction,
  withLoaded,
} from '../../../../src/workflows/loop';
import {
  type ConversationState,
  findTurn,
  fromCarriedConversation,
  refusalOfCancel,
  refusalOfRewind,
  refusalOfTurn,
  startConversation,
  startTurn,
  toCarriedConversation,
  withoutConversationMessages,
  withRewind,
  withTurnAsked,
  withTurnBegun,
  withTurnEnded,
} from '../../../../src/workflows/loop/conversation';
import type { Transcript } from '../../../../src/workflows/loop/state';
import { type Recorded, replayOne } from '../recordings';
import { toManifest } from '../run-script';

/** What is asked, and under which digest. */
export function asks(prompt: string, more: Partial<AskedTurn> = {}): AskedTurn {
  return { digest: `digest of ${prompt}`, request: { prompt }, ...more };
}

/** A text that ends a turn. */
export function answers(id: string, content: string, usage: ResponseUsage = {}): Recorded {
  const response = { kind: 'response', parts: [{ kind: 'text', content }], usage } as const;
  return { model: { id, response, text: { as: 'text' } } };
}

interface Said {
  readonly asked?: AskedTurn;
  readonly answer?: string;
  readonly usage?: ResponseUsage;
  readonly manifest?: AgentManifest;
}

/**
 * A conversation as its workflow holds it, driven by hand: what is sent to it, and what its activities return. It can be
 * handed on to another workflow run at any time.
 */
export class Talk {
  state: ConversationState;
  /** Of the turn that runs, once its agent is resolved. */
  run: RunState | undefined;
  #executions = 1;

  constructor(request: ConversationRequest = {}) {
    this.state = startConversation(request);
  }

  /** The workflow run that has it. */
  get execution(): string {
    return `execution ${this.#executions}`;
  }

  /** What the model reads next. */
  get transcript(): Transcript {
    return this.run?.transcript ?? this.state.transcript;
  }

  get messages(): readonly ModelMessage[] {
    return allOf(this.transcript);
  }

  /** By turn. */
  get spans(): Readonly<Record<string, readonly [number, number] | undefined>> {
    const { turns, transcript } = this.state;
    return Object.fromEntries(turns.map(({ id }, index) => [id, transcript.spans[index]]));
  }

  /** Takes a turn, or waits for one that was taken; returns why not. */
  take(turnId: string, asked?: AskedTurn): RefusalDetail | undefined {
    const refusal = refusalOfTurn(this.state, { turnId, ...(asked === undefined ? {} : { asked }) });
    if (refusal !== undefined || asked === undefined) return refusal;
    if (findTurn(this.state, turnId) !== undefined) return undefined;
    const updateId = `${turnId}/${asked.digest}`;
    this.state = withTurnAsked(this.state, { ...asked, id: turnId, updateId });
    if (asked.whenBusy === 'interrupt') this.#stop(`turn '${turnId}' interrupted it`);
    return undefined;
  }

  /** Asks the last turn again. */
  retry(turnId: string, retryOf: string, request: RunRequest = {}): RefusalDetail | undefined {
    return this.take(turnId, { digest: `retry ${JSON.stringify(request)}`, request, retryOf });
  }

  cancel(turnId: string): RefusalDetail | undefined {
    const refusal = refusalOfCancel(this.state, { turnId, reason: '' });
    if (refusal !== undefined) return refusal;
    const known = findTurn(this.state, turnId);
    if (known?.kind === 'running') this.#stop('not any more');
    if (known?.kind !== 'queued') return undefined;
    const end = toCancelled(turnId, undefined, 'not any more');
    const { turn } = known;
    const ended = { turn, state: undefined, status: 'cancelled', end, beside: this.run } as const;
    this.state = withTurnEnded(this.state, ended);
    return undefined;
  }

  rewind(to?: string): RefusalDetail | undefined {
    const input = to === undefined ? {} : { to };
    const refusal = refusalOfRewind(this.state, input);
    if (refusal === undefined) this.state = withRewind(this.state, input);
    return refusal;
  }

  close(): void {
    this.state = { ...this.state, closing: this.state.closing ?? {} };
  }

  /** The turn that waited longest runs: its agent is being resolved. */
  begin(): void {
    this.state = withTurnBegun(this.state);
  }

  resolved(manifest: AgentManifest = toManifest()): RunState {
    const { running } = this.state;
    if (running === undefined) throw new Error('no turn runs');
    return (this.run = startTurn(this.state, running, manifest));
  }

  get step(): Step | undefined {
    return this.run && nextStep(this.run);
  }

  received(recorded: Recorded): void {
    this.run = replayOne(this.#opened, recorded);
  }

  compacted(result: CompactionResult): void {
    this.run = withCompaction(this.#opened, result);
  }

  /** Ends the turn that runs by what it has come to. */
  end(): void {
    const { step } = this;
    if (step?.kind === 'finish') this.#end('completed', toCompleted(this.#opened, step.output));
    else if (step?.kind === 'fail') this.#end('failed', toFailed(this.#opened, step.failure));
    else this.#stop('the test has no more to say');
  }

  /** The agent of the turn that runs cannot be resolved. */
  unresolved(): void {
    const detail = { usage: NO_USAGE, tail: [], fields: {} };
    this.#end('failed', { failure: { type: 'UserError', message: 'no such agent', detail } });
  }

  /** One turn from its first word to its last. */
  say(turnId: string, { asked = asks(turnId), answer = `re: ${turnId}`, usage, manifest }: Said = {}): void {
    const refusal = this.take(turnId, asked);
    if (refusal !== undefined) throw new Error(JSON.stringify(refusal));
    this.begin();
    this.resolved(manifest);
    if (this.step?.kind === 'request-model') this.received(answers(`answer to ${turnId}`, answer, usage));
    this.end();
  }

  /** What the next workflow run would be handed. */
  carried(): CarriedConversation | undefined {
    return toCarriedConversation(this.state, this.run, this.execution);
  }

  /** Another workflow run goes on, which loads the messages if they are `light`. Returns whether it does. */
  handOn(how: 'whole' | 'light' = 'whole'): boolean {
    const whole = this.carried();
    if (whole === undefined) return false;
    const { messages } = this;
    const carried = how === 'whole' ? whole : withoutConversationMessages(whole);
    const { conversation, run } = fromCarriedConversation(
      this.state.request,
      JSON.parse(JSON.stringify(carried)) as typeof carried, // it is JSON
    );
    this.#executions += 1;
    this.state = conversation;
    this.run = run;
    if (how === 'light') this.#load(messages);
    return true;
  }

  #load(messages: readonly ModelMessage[]): void {
    const packed = packMessages(messages);
    const { state, run } = this;
    this.state = { ...state, transcript: withLoaded(state.transcript, packed) };
    if (run !== undefined) this.run = { ...run, transcript: withLoaded(run.transcript, packed) };
  }

  get #opened(): RunState {
    if (this.run === undefined) throw new Error('the agent of the turn is not resolved');
    return this.run;
  }

  #stop(reason: string): void {
    const { running } = this.state;
    if (running !== undefined) this.#end('cancelled', toCancelled(running.id, this.run, reason));
  }

  #end(status: TurnEntry['status'], end: TurnEnd): void {
    const { running } = this.state;
    if (running === undefined) throw new Error('no turn runs');
    this.state = withTurnEnded(this.state, { turn: running, state: this.run, status, end });
    this.run = undefined;
  }
}

/** All messages of a transcript, also those that it does not hold one by one. */
export function allOf({ start, earlier, messages }: Transcript): readonly ModelMessage[] {
  return [...unpackMessages(earlier).slice(0, start.length), ...messages];
}

/** A conversation in which these turns were taken, one after the other. */
export function talkOf(...turnIds: readonly string[]): Talk {
  const talk = new Talk();
  for (const id of turnIds) talk.say(id);
  return talk;
}
