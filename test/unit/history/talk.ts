import {
  type CarriedConversation,
  REWIND_UPDATE,
  TURN_UPDATE,
  type TurnEnd,
  type TurnEntry,
} from '../../../src/common/conversation-wire';
import type { ModelMessage } from '../../../src/common/messages';
import { targetOf } from '../../../src/common/transcript';
import { addUsage, NO_USAGE, type Usage } from '../../../src/common/usage';
import type { CompactionResult, ModelAnswer, ToolCallResult } from '../../../src/common/wire';
import { packInParts, packMessages, unpackMessages } from '../../../src/common/packed-messages';
import { RecordedConversation } from '../../../src/history';
import {
  nextStep,
  type RunState,
  type Step,
  toToolOutcome,
  withCompaction,
  withLoaded,
  withModelResponse,
  withToolOutcomes,
} from '../../../src/workflows/loop';
import {
  type ConversationState,
  fromCarriedConversation,
  refusalOfRewind,
  startConversation,
  startTurn,
  toCarriedConversation,
  withoutConversationMessages,
  withRewind,
  withTurnAsked,
  withTurnBegun,
  withTurnEnded,
} from '../../../src/workflows/loop/conversation';
import { request, response, user } from '../../support/messages';
import { toManifest } from '../loop/run-script';

/* Conversations as their workflow has them, and what histories of them tell. */

/** What happens in a turn, step by step; at the end of it the turn may still go on. */
export type Event = 'step' | 'roll' | 'roll light' | 'compact' | 'summarize';

export interface TurnMaterial {
  readonly calls: number;
  readonly events: readonly Event[];
  readonly end: 'completed' | 'failed' | 'cancelled' | 'not begun';
  /** Whether its sender is there when it ends. */
  readonly awaited: boolean;
}

/** Through JSON, as history keeps it. */
function throughHistory<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

const FAILED = { type: 'ToolExecutionError', message: 'broken', detail: { fields: {} } } as const;

export class Talk {
  /** Was told everything. */
  readonly whole = new RecordedConversation();
  /** Was told what the last workflow run tells. */
  last = new RecordedConversation();
  conversation: ConversationState = startConversation({});
  run: RunState | undefined;
  #executions = 0;
  #ids = 0;

  constructor() {
    this.#tell((recorded) => recorded.start({ conversation: {} }, undefined));
  }

  /** What the model reads. */
  get seen(): readonly ModelMessage[] {
    const { start, earlier, messages } = this.#transcript;
    return throughHistory([...unpackMessages(earlier).slice(0, start.length), ...messages]);
  }

  /** How many messages were said. */
  get total(): number {
    return this.#transcript.shift + this.seen.length;
  }

  get usage(): Usage {
    return throughHistory(addUsage(this.conversation.usage, this.run?.usage ?? NO_USAGE));
  }

  /** Where the turns are that have ended. */
  get spans(): readonly (readonly [string, unknown])[] {
    const { turns, transcript } = this.conversation;
    return turns.map(({ id }, index) => [id, transcript.spans[index]]);
  }

  take(material: TurnMaterial, retryOf?: string): void {
    const id = `turn-${this.#next()}`;
    const asked = {
      digest: 'd',
      request: retryOf === undefined ? { prompt: `prompt of ${id}` } : {},
      ...(retryOf === undefined ? {} : { retryOf }),
    };
    const update = { name: TURN_UPDATE, id: `${id}/d`, input: { turnId: id, asked } };
    this.#tell((recorded) => recorded.updateAccepted(update));
    this.conversation = withTurnAsked(this.conversation, { ...asked, id, updateId: update.id });
    this.conversation = withTurnBegun(this.conversation);
    if (material.end !== 'not begun') this.#carryOut(material);
    this.#end(id, material);
  }

  retry(material: TurnMaterial): void {
    const last = this.conversation.last?.id;
    if (last !== undefined) this.take(material, last);
  }

  rewind(index: number): void {
    const { turns } = this.conversation;
    const to = turns[index % (turns.length + 1)]?.id;
    const input = to === undefined ? {} : { to };
    if (refusalOfRewind(this.conversation, input) !== undefined) return;
    this.conversation = withRewind(this.conversation, input);
    const left = this.seen.length;
    this.#tell((recorded) => recorded.updateCompleted({ name: REWIND_UPDATE, id: 'r', input }, left));
  }

  roll(light: boolean): void {
    const carried = toCarriedConversation(this.conversation, this.run, this.#execution);
    if (carried === undefined) throw new Error('nothing to hand on');
    const wire = throughHistory(light ? withoutConversationMessages(carried) : carried);
    const parts = packInParts(this.seen);
    this.whole.continuedAsNew(wire);
    this.#executions++;
    this.last = new RecordedConversation();
    this.#tell((recorded) => recorded.start({ conversation: {} }, wire));
    if (light && this.seen.length > 0) {
      for (const gzip of parts) {
        this.#tell((recorded) => recorded.transcriptLoaded({ gzip, parts: parts.length }));
      }
    }
    this.#resume(wire, light && this.seen.length > 0 ? parts : undefined);
  }

  get #transcript() {
    return this.run?.transcript ?? this.conversation.transcript;
  }

  get #execution(): string {
    return `execution-${this.#executions}`;
  }

  #next(): number {
    return ++this.#ids;
  }

  #tell(event: (recorded: RecordedConversation) => void): void {
    for (const recorded of [this.whole, this.last]) {
      recorded.execution = this.#execution;
      event(recorded);
    }
  }

  #resume(wire: CarriedConversation, parts: readonly string[] | undefined): void {
    const { conversation, run } = fromCarriedConversation({}, wire);
    const loaded = <State extends { readonly transcript: RunState['transcript'] }>(state: State): State =>
      parts === undefined ? state : { ...state, transcript: withLoaded(state.transcript, { gzip: parts }) };
    this.conversation = loaded(conversation);
    this.run = run && loaded(run);
  }

  #carryOut({ calls, events, end }: TurnMaterial): void {
    const { running } = this.conversation;
    if (running === undefined) throw new Error('no turn runs');
    this.#tell((recorded) => recorded.resolved());
    this.run = startTurn(this.conversation, running, toManifest({}, ['add']));
    for (const event of events) this.#happen(event, calls);
    while (end === 'completed' && nextStep(this.#running).kind !== 'finish') this.#step(calls);
  }

  get #running(): RunState {
    if (this.run === undefined) throw new Error('no turn runs');
    return this.run;
  }

  #happen(event: Event, calls: number): void {
    if (nextStep(this.#running).kind === 'finish') return;
    switch (event) {
      case 'step':
        return this.#step(calls);
      case 'roll':
      case 'roll light':
        return this.roll(event === 'roll light');
      case 'compact':
      case 'summarize':
        return this.#compact(event === 'summarize');
    }
  }

  #step(calls: number): void {
    const step = nextStep(this.#running);
    if (step.kind === 'request-model') this.#answer(step, calls);
    else if (step.kind === 'call-tools') this.#callTools(step);
    else throw new Error(`unexpected step '${step.kind}'`);
  }

  #answer({ transcript }: Extract<Step, { kind: 'request-model' }>, calls: number): void {
    const id = `r${this.#next()}`;
    const made = this.#running.step;
    const parts =
      made < calls
        ? ([{ kind: 'tool-call', toolName: 'add', args: '{}', toolCallId: `c${id}` }] as const)
        : ([{ kind: 'text', content: `text ${id}` }] as const);
    const answer: ModelAnswer = {
      id,
      response: { ...response(...parts), usage: { inputTokens: 3, outputTokens: 2 } },
      ...(made < calls ? {} : { text: { as: 'text' } }),
    };
    const turn = this.#running.turn?.reference;
    this.#tell((recorded) =>
      recorded.modelRequested(throughHistory({ transcript, ...(turn === undefined ? {} : { turn }) })),
    );
    this.#tell((recorded) => recorded.modelResponded(throughHistory(answer)));
    this.run = withModelResponse(this.#running, answer);
  }

  #callTools({ calls }: Extract<Step, { kind: 'call-tools' }>): void {
    const outcomes = calls.map(({ call }) => {
      const result: ToolCallResult = { id: `p${this.#next()}`, content: 1 };
      this.#tell((recorded) => recorded.toolReturned(call.toolName, call.toolCallId, result));
      return toToolOutcome(call, result);
    });
    this.run = withToolOutcomes(this.#running, outcomes);
  }

  #compact(summarized: boolean): void {
    const state = this.#running;
    if (nextStep(state).kind !== 'request-model' || this.seen.length < 3) return;
    const kept = this.seen.slice(-2);
    const messages = summarized ? [request(user(`summary ${this.#next()}`)), ...kept] : kept;
    const dropped = this.seen.length - kept.length;
    const result: CompactionResult = {
      id: `k${this.#next()}`,
      messages: packMessages(messages),
      length: messages.length,
      tokens: 1,
      dropped,
      ranges: [[0, dropped]],
      kept: kept.length,
      strategy: 'keepLast',
      ...(summarized ? { usage: { inputTokens: 7 } } : {}),
    };
    const { unsent } = state.transcript;
    const turn = state.turn?.reference;
    const input = { transcript: unsent, step: state.step + 1, tokens: 9, usage: state.usage };
    expect(targetOf(unsent).length).toBe(this.seen.length);
    this.#tell((recorded) =>
      recorded.compacted(throughHistory({ ...input, ...(turn === undefined ? {} : { turn }) }), result),
    );
    this.run = withCompaction(state, result);
  }

  #end(id: string, { end: how, awaited }: TurnMaterial): void {
    const turn = this.conversation.running;
    if (turn === undefined) throw new Error('no turn runs');
    const end = this.#toEnd(how);
    const status: TurnEntry['status'] = how === 'not begun' ? 'failed' : how;
    this.conversation = withTurnEnded(this.conversation, { turn, state: this.run, status, end });
    this.run = undefined;
    const update = { name: TURN_UPDATE, id: turn.updateId, input: { turnId: id } };
    this.#tell((recorded) =>
      awaited
        ? recorded.updateCompleted(update, throughHistory(end))
        : recorded.turnEnded(id, throughHistory(end)),
    );
  }

  #toEnd(how: TurnMaterial['end']): TurnEnd {
    const { usage = NO_USAGE, transcript } = this.run ?? {};
    const tail = transcript?.unsent.append ?? [];
    if (how === 'completed') return { outcome: { output: 'done', usage, tail } };
    const type = how === 'cancelled' ? 'RunCancelledError' : FAILED.type;
    return { failure: { ...FAILED, type, detail: { ...FAILED.detail, usage, tail } } };
  }
}
