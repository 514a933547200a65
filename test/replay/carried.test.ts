// Reads the state that workflow runs of each released version handed on: what they began, this version has to end. After a
// change of the package's version `node scripts/record-histories.mjs` writes its samples.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CARRIED_FORMAT, type CarriedRun } from '../../src/common/carried-run';
import type { CarriedConversation, ConversationInput } from '../../src/common/conversation-wire';
import type { JsonObject } from '../../src/common/json';
import { packInParts, packMessages, unpackMessages } from '../../src/common/packed-messages';
import type { TranscriptDelta } from '../../src/common/transcript';
import type { ModelAnswer, PackedMessages, RunRequest } from '../../src/common/wire';
import {
  fromCarried,
  nextStep,
  type RunState,
  toCarried,
  toToolOutcome,
  withCompaction,
  withLoaded,
  withModelResponse,
  withoutMessages,
  withToolOutcomes,
} from '../../src/workflows/loop';
import {
  type ConversationState,
  fromCarriedConversation,
  startTurn,
  toCarriedConversation,
  turnAnswer,
  withTurnAsked,
  withTurnBegun,
  withTurnEnded,
} from '../../src/workflows/loop/conversation';
import { request, response, said, user } from '../support/messages';
import { toManifest } from '../unit/loop/run-script';

const FOLDER = join(__dirname, 'carried');

interface Sample<Input, Carried> {
  readonly input: Input;
  readonly carried: Carried;
}

function read<S>(version: string, name: string): S {
  return JSON.parse(readFileSync(join(FOLDER, version, `${name}.json`), 'utf8')) as S; // written by the recorder
}

const readRun = (version: string, name: string) => read<Sample<RunRequest, CarriedRun>>(version, name);
const readConversation = (version: string, name: string) =>
  read<Sample<ConversationInput, CarriedConversation>>(version, name);

/** A run that has ended, and what its model was told from here on. */
interface End {
  readonly state: RunState;
  readonly told: readonly TranscriptDelta[];
}

/** Takes a run to its end: one step after the other until there were so many, then an answer. */
function walkOn(begun: RunState, steps: number): End {
  const told: TranscriptDelta[] = [];
  let state = begun;
  for (let id = 0; ; id++) {
    const step = nextStep(state);
    switch (step.kind) {
      case 'finish':
      case 'fail':
        return { state, told };
      case 'request-model':
        told.push(step.transcript);
        state = withModelResponse(state, answerOf(state, steps, `new-${id}`));
        break;
      case 'call-tools': {
        const results = step.calls.map(({ call }) =>
          toToolOutcome(call, { id: `new-${id}`, content: 'there' }),
        );
        state = withToolOutcomes(state, results);
        break;
      }
      case 'compact':
        state = withCompaction(state, nothingToCompact(step.tokens));
    }
  }
}

function answerOf({ usage }: RunState, steps: number, id: string): ModelAnswer {
  const spent = { usage: { inputTokens: 10, outputTokens: 5 } };
  if (usage.toolCalls >= steps) {
    return { id, response: { ...response(said('There.')), ...spent }, text: { as: 'text' } };
  }
  const part = { kind: 'tool-call', toolName: 'walk', args: '{}', toolCallId: id } as const;
  return { id, response: { ...response(part), ...spent } };
}

function nothingToCompact(tokens: number) {
  return { id: 'none', length: 0, tokens, dropped: 0, ranges: [], kept: 0, strategy: 'keepLast' };
}

/** As it crosses from one workflow run to the next. */
function handed(carried: object | undefined): JsonObject {
  return JSON.parse(JSON.stringify(carried)) as JsonObject; // it is JSON
}

/** How many messages were said, whether or not the model still reads them. */
function countOf({ transcript: { start, messages, shift } }: RunState): number {
  return start.length + messages.length + shift;
}

const versions = readdirSync(FOLDER);
const { version: present } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

it('has samples of the version that comes next', () => {
  expect(versions).toContain(present);
  expect(readRun(present, 'handed-on-calling').carried.format).toBe(CARRIED_FORMAT);
});

describe.each(versions)('what version %s handed on', (version) => {
  it.each<[string, number]>([
    ['handed-on-calling', 6],
    ['handed-on-requesting', 6],
    ['handed-on-compacted', 12],
  ])('is a run that ends as it would have: %s', (name, steps) => {
    const { input, carried } = readRun(version, name);
    const begun = fromCarried(input, carried);
    const { state, told } = walkOn(begun, steps);
    expect(state.phase).toEqual({ kind: 'finished', output: 'There.' });
    expect(state).toMatchObject({ step: steps + 1, manifest: carried.manifest });
    expect(state.usage).toMatchObject({
      requests: steps + 1,
      toolCalls: steps,
      totalTokens: 15 * (steps + 1),
    });
    expect(countOf(state)).toBe(2 * steps + 2);
    expect(told[0]?.base).toEqual(carried.transcript.address);
    expect(told).toHaveLength(steps + 1 - carried.step);
  });

  it('is a run whose messages are loaded', () => {
    const { input, carried } = readRun(version, 'loaded');
    expect(carried.transcript.held).toBeUndefined();
    const begun = fromCarried(input, carried);
    const loaded = packMessages([request(user('walk 6'))]);
    const whole = { ...begun, transcript: withLoaded(begun.transcript, loaded) };
    const { state } = walkOn(whole, 6);
    expect(state.phase).toEqual({ kind: 'finished', output: 'There.' });
    expect(state.usage).toMatchObject({ requests: 7, toolCalls: 6 });
    expect(countOf(state)).toBe(14);
    expect(unpackMessages(state.transcript.earlier)).toHaveLength(1);
  });

  it('is a conversation between two turns, which takes the next one', () => {
    const { input, carried } = readConversation(version, 'conversation-between-turns');
    const { conversation, run } = fromCarriedConversation(input.conversation, carried);
    expect(run).toBeUndefined();
    expect(turnAnswer(conversation, 'one')).toMatchObject({ kind: 'ended', end: { outcome: {} } });
    const asked = { id: 'next', updateId: 'next/1', digest: '1', request: { prompt: 'walk 2' } };
    const { ended, last } = takeNext(withTurnAsked(conversation, asked), 2);
    const known = carried.turns.length;
    expect(last.usage).toMatchObject({ requests: 3, toolCalls: 2 });
    expect(last.turn?.spent).toEqual(carried.usage);
    expect(ended.turns.map(({ id }) => id)).toEqual([...carried.turns.map(({ id }) => id), 'next']);
    expect(ended.transcript.spans.at(-1)).toEqual([2 * known, 2 * known + 6]);
    expect(ended.usage.requests).toBe(carried.usage.requests + 3);
  });

  it('is a conversation in the midst of a turn, which ends it and takes the one that waits', () => {
    const { input, carried } = readConversation(version, 'conversation-in-mid-turn');
    const { conversation, run } = fromCarriedConversation(input.conversation, carried);
    if (run === undefined) throw new Error('a turn runs in it');
    expect(turnAnswer(conversation, 'second')).toEqual({ kind: 'running' });
    expect(turnAnswer(conversation, 'third')).toEqual({ kind: 'queued' });
    const second = walkOn(run, 6).state;
    expect(second.usage).toMatchObject({ requests: 7, toolCalls: 6 });
    const { ended } = takeNext(end(conversation, second), 0);
    expect(ended.turns.map(({ id }) => id)).toEqual(['first', 'second', 'third']);
    expect(ended.transcript.spans).toEqual([
      [0, 2],
      [2, 16],
      [16, 18],
    ]);
    expect(ended.usage).toMatchObject({ requests: 1 + 7 + 1, toolCalls: 6 });
    expect(ended.queue).toEqual([]);
  });

  it('has packed messages as one text, or as several', () => {
    const { input, carried } = readRun(version, 'handed-on-compacted');
    const { earlier } = fromCarried(input, carried).transcript;
    const messages = unpackMessages(earlier);
    expect(messages.at(0)).toMatchObject({ kind: 'request', parts: [{ content: 'walk 6' }] });
    const forms: readonly PackedMessages[] = [packMessages(messages), { gzip: packInParts(messages) }];
    for (const form of forms) expect(unpackMessages(form)).toEqual(messages);
  });
});

describe('what this version hands on', () => {
  it.each(['handed-on-calling', 'handed-on-requesting', 'handed-on-compacted', 'loaded'])(
    'is what it was handed, when nothing happened in between: %s',
    (name) => {
      const { input, carried } = readRun(present, name);
      const again = toCarried(fromCarried(input, carried));
      const kept = again && carried.transcript.held === undefined ? withoutMessages(again) : again;
      expect(handed(kept)).toEqual({ ...handed(carried), tail: [] });
    },
  );

  it.each(['conversation-between-turns', 'conversation-in-mid-turn'])(
    'is the conversation that it was handed, when nothing happened in between: %s',
    (name) => {
      const { input, carried } = readConversation(present, name);
      const { conversation, run } = fromCarriedConversation(input.conversation, carried);
      const again = handed(toCarriedConversation(conversation, run, 'another'));
      expect(again).toEqual(handed(withoutTail(carried)));
    },
  );
});

/** What was said since the last model request has been told by then. */
function withoutTail({ running, ...carried }: CarriedConversation): CarriedConversation {
  if (running === undefined) return { ...carried, tail: [] };
  return { ...carried, running: { ...running, run: { ...running.run, tail: [] } } };
}

/** Takes the turn that waits. */
function takeNext(
  conversation: ConversationState,
  steps: number,
): { readonly ended: ConversationState; readonly last: RunState } {
  const begun = withTurnBegun(conversation);
  if (begun.running === undefined) throw new Error('no turn waits');
  const started = startTurn(begun, begun.running, toManifest({}, ['walk']));
  const { state } = walkOn(started, steps);
  return { ended: end(begun, state), last: state };
}

function end(conversation: ConversationState, state: RunState): ConversationState {
  const { running } = conversation;
  if (running === undefined || state.phase.kind !== 'finished') throw new Error('no turn has ended');
  const outcome = { output: state.phase.output, usage: state.usage, tail: [] };
  return withTurnEnded(conversation, { turn: running, state, status: 'completed', end: { outcome } });
}
