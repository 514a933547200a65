import { type AskedTurn, REWIND_UPDATE, TURN_UPDATE } from '../../../../src/common/conversation-wire';
import { RecordedConversation } from '../../../../src/history';
import type { RunState, Step } from '../../../../src/workflows/loop';
import type { Returned, Scenario, Sent, Told, Watcher } from './scenario';
import type { Talk } from './talk';

/** One who reads what history tells of a conversation, event by event. */
export class Reader implements Watcher {
  readonly recorded = new RecordedConversation();
  readonly #request: Scenario['request'];
  readonly #taken = new Set<string>();
  readonly #ended = new Set<string>();
  #asked: { readonly run: RunState; readonly step: Step } | undefined;

  constructor({ request }: Scenario) {
    this.#request = request;
    this.recorded.execution = 'execution 1';
    this.recorded.start({ conversation: request }, undefined);
  }

  sent(talk: Talk, sent: Sent, told: Told): void {
    if ((sent.kind === 'ask' || sent.kind === 'retry') && told === undefined) this.#accept(talk, sent);
    this.happened(talk);
    if (sent.kind !== 'rewind' || told !== undefined) return;
    const input = sent.to === undefined ? {} : { to: sent.to };
    this.recorded.updateCompleted({ name: REWIND_UPDATE, id: '', input }, talk.messages.length);
  }

  /** Tells of turns that have ended meanwhile. */
  happened({ state: { turns, ends } }: Talk): void {
    for (const { id } of turns) {
      const end = ends.get(id);
      if (end === undefined || this.#ended.has(id)) continue;
      this.#ended.add(id);
      this.recorded.turnEnded(id, end);
    }
  }

  resolved(): void {
    this.recorded.resolved();
  }

  asked({ run }: Talk, step: Step): void {
    this.#asked = run && { run, step };
    if (run === undefined || step.kind !== 'request-model') return;
    this.recorded.modelRequested({ transcript: step.transcript, ...turnOf(run) });
  }

  returned(_talk: Talk, returned: Returned): void {
    const { recorded } = this;
    if (this.#asked === undefined) return;
    const { run, step } = this.#asked;
    if ('model' in returned) recorded.modelResponded(returned.model);
    else if ('compacted' in returned && step.kind === 'compact') {
      const { transcript, number, tokens } = step;
      const input = { transcript, step: number, tokens, usage: run.usage, ...turnOf(run) };
      recorded.compacted(input, returned.compacted);
    } else if ('tools' in returned && step.kind === 'call-tools') {
      for (const { call, position } of step.calls) {
        const result = returned.results[position];
        if (result !== undefined) recorded.toolReturned(call.toolName, call.toolCallId, result);
      }
    }
  }

  handOn(talk: Talk): void {
    const carried = talk.carried();
    if (carried === undefined) return;
    const copy = JSON.parse(JSON.stringify(carried)) as typeof carried; // it is JSON
    this.recorded.continuedAsNew(copy);
    talk.handOn();
    this.recorded.execution = talk.execution;
    this.recorded.start({ conversation: this.#request }, copy);
  }

  #accept({ state }: Talk, sent: Extract<Sent, { kind: 'ask' | 'retry' }>): void {
    const taken = [...state.queue, state.running].find((turn) => turn?.id === sent.turnId);
    if (taken === undefined || this.#taken.has(sent.turnId)) return;
    this.#taken.add(sent.turnId);
    const { digest, updateId, agent, retryOf } = taken;
    const asked: AskedTurn =
      sent.kind === 'retry'
        ? { digest, request: {}, ...(retryOf === undefined ? {} : { retryOf }) }
        : {
            digest,
            request: taken.request,
            ...(agent === undefined ? {} : { agent }),
            ...(sent.whenBusy === undefined ? {} : { whenBusy: sent.whenBusy }),
          };
    this.recorded.updateAccepted({ name: TURN_UPDATE, id: updateId, input: { turnId: sent.turnId, asked } });
  }
}

function turnOf({ turn }: RunState) {
  return turn === undefined ? {} : { turn: turn.reference };
}
