import type { Context } from '@temporalio/activity';
import type { CurrentRun } from '../../../../src/activities/current-run';
import { TranscriptCache } from '../../../../src/activities/transcript-cache';
import { runSoFar } from '../../../../src/activities/transcripts';
import type { ModelMessage } from '../../../../src/common/messages';
import { unpackMessages } from '../../../../src/common/packed-messages';
import { compactedAddress, targetOf, type TranscriptDelta } from '../../../../src/common/transcript';
import {
  contentId,
  type TranscriptQueryInput,
  type TranscriptReached,
  toToolContentPart,
  toToolPart,
} from '../../../../src/common/wire';
import type { RunState, Step } from '../../../../src/workflows/loop';
import { toAnswer } from '../../../../src/workflows/transcript-query';
import { inActivity } from '../../../support/activity-context';
import { play, type Returned, type Scenario } from './scenario';
import { allOf, type Talk } from './talk';

/** What a worker has to do with a conversation, in the order in which it happens. */
export type Happening =
  | { readonly kind: 'resolved'; readonly run: RunState }
  | { readonly kind: 'carried out'; readonly run: RunState; readonly step: Step; readonly returned: Returned }
  | {
      readonly kind: 'handed on';
      readonly to: string;
      readonly reached: TranscriptReached;
      readonly run: RunState | undefined;
    };

/** All of it. The conversation is handed on where `isMoment` says so. */
export function happeningsIn(
  scenario: Scenario,
  isMoment: () => boolean = () => false,
): readonly Happening[] {
  const happenings: Happening[] = [];
  let before: { run: RunState; step: Step } | undefined;
  play(scenario, {
    resolved: ({ run }) => {
      if (run !== undefined) happenings.push({ kind: 'resolved', run });
    },
    asked: ({ run }, step) => {
      before = run && { run, step };
    },
    returned: (_talk, returned) => {
      if (before !== undefined) happenings.push({ kind: 'carried out', ...before, returned });
    },
    between: (talk) => {
      if (isMoment()) happenings.push(...handOn(talk));
    },
  });
  return happenings;
}

function handOn(talk: Talk): Happening[] {
  const { unsent } = talk.transcript;
  const reached = { address: targetOf(unsent), tail: unsent.append };
  if (!talk.handOn()) return [];
  return [{ kind: 'handed on', to: talk.execution, reached, run: talk.run }];
}

/** What the model reads by what the conversation's state says, and by what a worker knows. */
export interface Read {
  readonly expected: readonly ModelMessage[];
  readonly known: readonly ModelMessage[];
}

/** A worker that carries out all activities of a conversation, with the code of the real ones around its cache. */
export class Worker {
  /** How often it had to ask the conversation. */
  questions = 0;
  readonly #cache: TranscriptCache;
  #execution = 'execution 1';

  constructor(cacheSize?: number) {
    this.#cache = new TranscriptCache(cacheSize);
  }

  /** What it read on the way, if it had to read. */
  async take(happening: Happening): Promise<Read[]> {
    switch (happening.kind) {
      case 'resolved':
        this.#keepRequest(happening.run);
        return [];
      case 'handed on':
        this.#adopt(happening);
        return [];
      case 'carried out': {
        const { run, step, returned } = happening;
        const reads = await Promise.all(deltasOf(run, step).map((delta) => this.#read(run, delta)));
        this.#keep(run, step, returned);
        return reads;
      }
    }
  }

  /** As another workflow run of the conversation asks for it. */
  get #key(): string {
    return `conversation/${this.#execution}`;
  }

  #keepRequest({ request, turn }: RunState): void {
    this.#cache.keepRequest(this.#key, { request, turn: turn?.reference.id }, sizeOf(request));
  }

  #adopt({ to, reached, run }: Extract<Happening, { kind: 'handed on' }>): void {
    const from = this.#key;
    this.#execution = to;
    this.#cache.adopt(this.#key, from);
    this.#cache.reach(this.#key, reached);
    if (run !== undefined) this.#keepRequest(run);
  }

  async #read(run: RunState, delta: TranscriptDelta): Promise<Read> {
    const { messages } = await inActivity({ client: this.#clientOf(run) }, () =>
      runSoFar(this.#cache, this.#current(run), delta),
    );
    return { expected: allOf(run.transcript), known: messages };
  }

  #current({ turn }: RunState): CurrentRun {
    return {
      runId: '',
      turn: turn?.reference.id,
      workflowId: 'conversation',
      executionId: this.#execution,
      agent: '',
      key: this.#key,
    };
  }

  #clientOf(run: RunState): Context['client'] {
    const query = (_type: string, question: TranscriptQueryInput): unknown => {
      this.questions += 1;
      return Promise.resolve(toAnswer(run, question));
    };
    return { workflow: { getHandle: () => ({ query }) } } as unknown as Context['client']; // all that is asked for
  }

  #keep(run: RunState, step: Step, returned: Returned): void {
    const cache = this.#cache;
    const key = this.#key;
    if ('compacted' in returned) {
      const { compacted } = returned;
      if (compacted.messages === undefined) return;
      const address = compactedAddress(targetOf(run.transcript.unsent), compacted);
      const messages = unpackMessages(compacted.messages);
      cache.keepCompacted(key, { address, messages }, sizeOf(messages));
    } else if ('model' in returned && 'id' in returned.model) {
      const { id, response } = returned.model;
      cache.keepResult(key, { id, value: response }, sizeOf(response));
    } else if ('tools' in returned && step.kind === 'call-tools') {
      for (const { call, position } of step.calls) {
        const result = returned.results[position];
        if (result === undefined) continue;
        cache.keepResult(key, { id: result.id, value: toToolPart(call, result) }, sizeOf(result));
        const content = toToolContentPart(result);
        if (content !== undefined) cache.keepResult(key, { id: contentId(result.id), value: content }, 0);
      }
    }
  }
}

/** What the activities of a step are told of the transcript. */
function deltasOf({ transcript }: RunState, step: Step): readonly TranscriptDelta[] {
  if (step.kind === 'call-tools') {
    return step.calls.map(() => ({ base: targetOf(transcript.unsent), append: [] }));
  }
  return 'transcript' in step ? [step.transcript] : [];
}

const sizeOf = (value: unknown): number => JSON.stringify(value).length;
