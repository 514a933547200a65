import * as fc from 'fast-check';
import type { ConversationRequest, RefusalDetail, WhenBusy } from '../../../../src/common/conversation-wire';
import type { ModelMessage } from '../../../../src/common/messages';
import { packMessages } from '../../../../src/common/packed-messages';
import { estimateTokens } from '../../../../src/common/token-estimate';
import type { ResponseUsage, UsageLimits } from '../../../../src/common/usage';
import type { CompactionResult } from '../../../../src/common/wire';
import type { Step } from '../../../../src/workflows/loop';
import { turnAnswer } from '../../../../src/workflows/loop/conversation';
import { Recorder, responseUsage, runMaterial, type RunMaterial } from '../recordings';
import { Talk } from './talk';

/* Random conversations: what is sent, how far the work comes in between, and what the activities of each turn return. */

/** Few, so that turns are sent again, retried and gone back to. */
const turnId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');

const anySent = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      turnId,
      prompt: fc.constantFrom('hello', 'hello', 'bye'),
      whenBusy: fc.constantFrom<WhenBusy | undefined>(undefined, 'queue', 'reject', 'interrupt'),
      agent: fc.constantFrom(undefined, undefined, 'other'),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant('work' as const), steps: fc.integer({ min: 1, max: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), turnId }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), turnId }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rewind' as const), to: fc.option(turnId, { nil: undefined }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('retry' as const),
      turnId,
      ofLast: fc.boolean(),
      other: turnId,
    }),
  },
);

export type Sent = typeof anySent extends fc.Arbitrary<infer Value> ? Value : never;

/** What becomes of one turn. */
interface TurnMaterial {
  readonly run: RunMaterial;
  /** Its agent cannot be resolved. */
  readonly isLost: boolean;
  /** Above so many tokens its transcript is compacted. */
  readonly compactAbove: number | undefined;
  readonly keepLast: number;
  readonly summary: ResponseUsage | undefined;
}

const anyTurn: fc.Arbitrary<TurnMaterial> = fc.record({
  run: runMaterial,
  isLost: fc.integer({ min: 0, max: 11 }).map((die) => die === 0),
  compactAbove: fc.option(fc.integer({ min: 10, max: 400 }), { nil: undefined }),
  keepLast: fc.integer({ min: 1, max: 6 }),
  summary: fc.option(responseUsage, { nil: undefined }),
});

export interface Scenario {
  readonly request: ConversationRequest;
  readonly sent: readonly Sent[];
  /** Taken one after the other by the turns that begin. */
  readonly turns: readonly TurnMaterial[];
}

/** Mostly none, and mostly so high that they are reached by several turns only. */
const limits: fc.Arbitrary<UsageLimits> = fc.record(
  {
    requestLimit: fc.integer({ min: 1, max: 30 }),
    totalTokensLimit: fc.integer({ min: 1_000, max: 60_000 }),
  },
  { requiredKeys: [] },
);

export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  request: fc.record({ deps: fc.constant('of the conversation'), usageLimits: limits }, { requiredKeys: [] }),
  sent: fc.array(anySent, { maxLength: 40, size: 'max' }),
  turns: fc.array(anyTurn, { minLength: 1, maxLength: 5, size: 'max' }),
});

/** The same without what depends on how many tokens there are. */
export const uncompactedScenario: fc.Arbitrary<Scenario> = anyScenario.map((scenario) => ({
  ...scenario,
  turns: scenario.turns.map((turn) => ({ ...turn, compactAbove: undefined })),
}));

/** What is to be seen of a conversation while it goes on. */
export interface Watcher {
  /** Something was sent, and answered. */
  readonly sent?: (talk: Talk, sent: Sent, told: Told) => void;
  /** Between any two things that happen. */
  readonly between?: (talk: Talk) => void;
  /** The agent of the turn that runs was resolved. */
  readonly resolved?: (talk: Talk) => void;
  /** An activity is about to be carried out. */
  readonly asked?: (talk: Talk, step: Step) => void;
  /** It returned, and the state knows of it. */
  readonly returned?: (talk: Talk, returned: Returned) => void;
  readonly began?: (turnId: string) => void;
}

export type Returned = NonNullable<ReturnType<Recorder['next']>> | { readonly compacted: CompactionResult };

/** What senders were told. */
export type Told = RefusalDetail | { readonly kind: string } | undefined;

/** Plays a scenario to its end; returns the conversation, and what was told to each who sent something. */
export function play(
  { request, sent, turns }: Scenario,
  watcher: Watcher = {},
): { talk: Talk; told: Told[] } {
  const player = new Player(new Talk(request), turns, watcher);
  const told = sent.map((one) => player.send(one));
  player.finish();
  return { talk: player.talk, told };
}

class Player {
  readonly talk: Talk;
  readonly #turns: Scenario['turns'];
  readonly #watcher: Watcher;
  #begun = 0;
  #compactions = 0;
  #recorder: Recorder | undefined;

  constructor(talk: Talk, turns: Scenario['turns'], watcher: Watcher) {
    this.talk = talk;
    this.#turns = turns;
    this.#watcher = watcher;
  }

  send(sent: Sent): Told {
    const told = this.#send(sent);
    this.#watcher.sent?.(this.talk, sent, told);
    this.#watcher.between?.(this.talk);
    return told;
  }

  /** Until nothing is left to do. */
  finish(): void {
    while (this.talk.state.running !== undefined || this.talk.state.queue.length > 0) this.#work();
  }

  #send(sent: Sent): Told {
    const { talk } = this;
    switch (sent.kind) {
      case 'ask':
        return talk.take(sent.turnId, toAsked(sent));
      case 'wait':
        return talk.take(sent.turnId) ?? turnAnswer(talk.state, sent.turnId);
      case 'cancel':
        return talk.cancel(sent.turnId);
      case 'rewind':
        return talk.rewind(sent.to);
      case 'retry': {
        const last = talk.state.turns.at(-1)?.id;
        return talk.retry(sent.turnId, sent.ofLast ? (last ?? sent.other) : sent.other);
      }
      case 'work':
        for (let step = 0; step < sent.steps; step++) this.#work();
        return undefined;
    }
  }

  /** The next thing that a workflow does. */
  #work(): void {
    const { talk } = this;
    if (talk.run !== undefined) this.#carryOut();
    else if (talk.state.running !== undefined) this.#resolve();
    else if (talk.state.queue.length > 0) this.#begin();
    this.#watcher.between?.(talk);
  }

  #begin(): void {
    this.talk.begin();
    this.#begun += 1;
    this.#recorder = undefined;
    this.#watcher.began?.(this.talk.state.running?.id ?? '');
  }

  get #turn(): TurnMaterial {
    const turn = this.#turns[this.#begun % this.#turns.length];
    if (turn === undefined) throw new Error('a scenario has at least one turn');
    return turn;
  }

  #resolve(): void {
    const { run, isLost, compactAbove } = this.#turn;
    if (isLost) return this.talk.unresolved();
    this.talk.resolved({ ...run.manifest, ...(compactAbove === undefined ? {} : { compactAbove }) });
    this.#recorder = new Recorder(run, `${this.talk.state.running?.id ?? ''}-`);
    this.#watcher.resolved?.(this.talk);
  }

  #carryOut(): void {
    const { talk } = this;
    const { step } = talk;
    if (step === undefined) return;
    const returned = this.#returnOf(step);
    if (returned === undefined) return talk.end();
    this.#watcher.asked?.(talk, step);
    if ('compacted' in returned) talk.compacted(returned.compacted);
    else talk.received(returned);
    this.#watcher.returned?.(talk, returned);
  }

  #returnOf(step: Step): Returned | undefined {
    return step.kind === 'compact' ? { compacted: this.#compact() } : this.#recorder?.next(step);
  }

  #compact(): CompactionResult {
    const { keepLast, summary } = this.#turn;
    return toCompaction(this.talk.messages, { id: `compaction ${this.#compactions++}`, keepLast, summary });
  }
}

function toAsked({ prompt, whenBusy, agent }: Extract<Sent, { kind: 'ask' }>) {
  return {
    digest: `${prompt} ${agent ?? ''}`,
    request: { prompt },
    ...(whenBusy === undefined ? {} : { whenBusy }),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** As the worker shortens messages: the last ones stay, a summary stands for those before. */
function toCompaction(
  messages: readonly ModelMessage[],
  { id, keepLast, summary }: { id: string; keepLast: number; summary: ResponseUsage | undefined },
): CompactionResult {
  const gone = Math.max(0, messages.length - keepLast);
  const said: ModelMessage = {
    kind: 'request',
    parts: [{ kind: 'user-prompt', content: `${gone} messages` }],
  };
  const left = gone === 0 ? messages : [said, ...messages.slice(gone)];
  return {
    id,
    ...(gone === 0 ? {} : { messages: packMessages(left) }),
    length: left.length,
    tokens: left.reduce((sum, message) => sum + estimateTokens(message), 0),
    dropped: gone,
    ranges: gone === 0 ? [] : [[0, gone]],
    kept: messages.length - gone,
    strategy: 'summarize',
    ...(summary === undefined ? {} : { usage: summary }),
  };
}
