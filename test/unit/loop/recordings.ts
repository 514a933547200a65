import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/common/json';
import type { ExceededLimit } from '../../../src/common/limit-checks';
import type { ModelMessage, ResponsePart, UserPrompt, ValidationIssue } from '../../../src/common/messages';
import type { UsageLimits, ResponseUsage } from '../../../src/common/usage';
import type {
  AgentManifest,
  CallVerdict,
  ModelAnswer,
  ModelRequestResult,
  OutputVerdict,
  RunRequest,
  StartPlan,
  ToolCallResult,
} from '../../../src/common/wire';
import {
  type JudgedCall,
  nextStep,
  type RunFailure,
  type RunState,
  startRun,
  type Step,
  type ToolOutcome,
  type ToolOutcomes,
  toReportedOutcome,
  toToolOutcome,
  withModelFailure,
  withModelResponse,
  withToolOutcomes,
} from '../../../src/workflows/loop';
import { toManifest } from './run-script';

/* Random runs, as a workflow's history records them: an agent, a request, and what the activities returned. */

/** What a run is started with, and more material for results than it can use. */
export interface RunMaterial {
  readonly manifest: AgentManifest;
  readonly request: RunRequest;
  readonly history: History;
  readonly answers: readonly (Answer | RunFailure | ExceededLimit)[];
  /** Taken in turn by the tool calls. */
  readonly outcomes: readonly (Omit<ToolCallResult, 'id'> | RunFailure | { reported: string })[];
}

/** Messages of earlier runs, and how they are gone on from. */
interface History {
  readonly earlier: number;
  readonly start: 'ask' | 'resend' | Answer;
}

interface Answer {
  readonly parts: readonly { part: ResponsePart; verdict: CallVerdict | null; text?: OutputVerdict }[];
  readonly usage: ResponseUsage;
  readonly finishReason: 'stop' | 'length' | 'content_filter';
}

/** One recorded result. */
export type Recorded =
  | { readonly model: ModelRequestResult }
  | { readonly modelFailure: RunFailure }
  | {
      readonly tools: ToolOutcomes;
      /** What the activities returned, by position. */
      readonly results: readonly (ToolCallResult | undefined)[];
    };

export interface RecordedRun {
  readonly start: RunState;
  readonly recorded: readonly Recorded[];
  /** After each recorded result. */
  readonly states: readonly RunState[];
  /** Each step that was taken, the last one included. */
  readonly steps: readonly Step[];
}

const TOOLS = ['add', 'constructor', '__proto__'];
const anyToolName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TOOLS) },
  { weight: 1, arbitrary: fc.constantFrom('guess', 'toString', '') },
);
const counter = fc.nat(1000);
/** As history gives it back: fast-check also makes `-0`, which JSON does not know. */
const value = fc.jsonValue({ maxDepth: 1 }).map((made) => JSON.parse(JSON.stringify(made)) as JsonValue); // JSON by its contract
const issues: fc.Arbitrary<ValidationIssue[]> = fc.array(
  fc.record({ path: fc.string(), message: fc.string() }),
);

export const responseUsage: fc.Arbitrary<ResponseUsage> = fc.record(
  {
    inputTokens: counter,
    outputTokens: counter,
    cacheReadTokens: counter,
    cacheWriteTokens: counter,
    reasoningTokens: counter,
    cost: counter,
    details: fc.dictionary(fc.constantFrom('images', 'constructor', '__proto__'), counter),
  },
  { requiredKeys: [] },
);

const anyArgs: fc.Arbitrary<string | JsonObject> = fc.oneof(
  fc.constantFrom('', '{', '{"a":1}'),
  fc.constant({ response: 1 }),
);

/** What is written, and a verdict that fits it. */
const written: fc.Arbitrary<{ args: string | JsonObject; output: OutputVerdict }> = fc.oneof(
  fc.record({ args: anyArgs, output: fc.oneof(fc.record({ value }), fc.record({ invalid: issues })) }),
  fc.record({
    args: value.map((response) => JSON.stringify({ response })),
    output: fc.constantFrom({ as: 'json' as const }, { as: 'wrapped' as const }),
  }),
  fc.constant({ args: { response: 1 }, output: { as: 'wrapped' as const } }),
  fc.constant({ args: '', output: { as: 'json' as const } }),
);

const outputCall = written.map(({ args, output }) => ({
  part: { kind: 'tool-call' as const, toolName: 'final_result', args, toolCallId: '' },
  verdict: { output },
}));

const functionCall = fc
  .record({
    toolName: anyToolName,
    args: anyArgs,
    verdict: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ invalid: issues }) },
    ),
  })
  .map(({ toolName, args, verdict }) => ({
    part: { kind: 'tool-call' as const, toolName, args, toolCallId: '' },
    verdict: TOOLS.includes(toolName) ? verdict : { unknownTool: `Unknown tool name: '${toolName}'.` },
  }));

const textPart = fc
  .record({
    content: fc.constantFrom('', ' ', 'hello', '{"a":1}'),
    text: fc.oneof(
      fc.constant({ as: 'text' as const }),
      fc.record({ value }),
      fc.record({ invalid: issues }),
    ),
    judged: fc.boolean(),
  })
  .map(({ content, text, judged }) => ({
    part: { kind: 'text' as const, content },
    verdict: null,
    ...(judged ? { text } : {}),
  }));

const thinkingPart = fc.constant({ part: { kind: 'thinking' as const, content: 'hm' }, verdict: null });

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  parts: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: functionCall },
      { weight: 1, arbitrary: outputCall },
      { weight: 1, arbitrary: textPart },
      { weight: 1, arbitrary: thinkingPart },
    ),
    { maxLength: 4, size: 'max' },
  ),
  usage: responseUsage,
  finishReason: fc.oneof(
    { weight: 5, arbitrary: fc.constant('stop' as const) },
    { weight: 2, arbitrary: fc.constantFrom('length' as const, 'content_filter' as const) },
  ),
});

const failure = (type: RunFailure['type']): fc.Arbitrary<RunFailure> =>
  fc.record({ type: fc.constant(type), message: fc.string(), fields: fc.constant({}) });

/** Mostly none, sometimes low, seldom 0. */
const limit = (max: number) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.integer({ min: Math.ceil(max / 4), max }) },
    { weight: 1, arbitrary: fc.nat(max) },
  );

const limits: fc.Arbitrary<UsageLimits> = fc.record(
  {
    requestLimit: limit(8),
    toolCallsLimit: limit(12),
    inputTokensLimit: limit(20_000),
    outputTokensLimit: limit(20_000),
    totalTokensLimit: limit(40_000),
    perRequestInputTokensLimit: limit(4000),
    costLimit: limit(10_000),
  },
  { requiredKeys: [] },
);

const exceeded: fc.Arbitrary<ExceededLimit> = fc.record({
  limit: fc.constant('input_tokens_limit'),
  value: counter,
  message: fc.string(),
});

const userContent: fc.Arbitrary<UserPrompt> = fc.oneof(
  fc.string(),
  fc.constant([{ kind: 'image-url' as const, url: 'https://example.com/a.png' }]),
);

/** Mostly none. */
const history: fc.Arbitrary<History> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ earlier: 0, start: 'ask' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      earlier: fc.integer({ min: 1, max: 3 }),
      start: fc.oneof(fc.constantFrom('ask' as const, 'resend' as const), anyAnswer),
    }),
  },
);

export const runMaterial: fc.Arbitrary<RunMaterial> = fc.record({
  manifest: fc
    .record({
      output: fc.constantFrom('text' as const, 'tool' as const),
      endStrategy: fc.constantFrom('early' as const, 'graceful' as const, 'exhaustive' as const),
      onLimit: fc.constantFrom('fail' as const, 'final-answer' as const),
      limits,
      outputRetries: fc.nat(5),
      toolRetries: fc.nat(5),
    })
    .map((agent) => toManifest(agent, TOOLS)),
  request: fc.record(
    {
      prompt: fc.string(),
      usage: fc.record({ requests: fc.nat(3), toolCalls: fc.nat(3), inputTokens: counter }),
    },
    { requiredKeys: [] },
  ),
  history,
  answers: fc.array(
    fc.oneof(
      { weight: 15, arbitrary: anyAnswer },
      { weight: 1, arbitrary: failure('ModelRequestError') },
      { weight: 1, arbitrary: exceeded },
    ),
    { maxLength: 10, size: 'max' },
  ),
  outcomes: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.record({ content: value }) },
      { weight: 4, arbitrary: fc.record({ content: value, userContent, metadata: value }) },
      { weight: 2, arbitrary: fc.record({ reported: fc.string() }) },
      { weight: 3, arbitrary: fc.record({ retry: fc.string() }) },
      { weight: 2, arbitrary: fc.record({ failed: fc.string() }) },
      { weight: 1, arbitrary: failure('ToolExecutionError') },
    ),
    { minLength: 1, maxLength: 20, size: 'max' },
  ),
});

/** The state after a recorded result. */
export function replayOne(state: RunState, recorded: Recorded): RunState {
  if ('model' in recorded) return withModelResponse(state, recorded.model);
  if ('modelFailure' in recorded) return withModelFailure(state, recorded.modelFailure);
  return withToolOutcomes(state, recorded.tools);
}

/** Runs until the end, or until the material does. */
export function record(material: RunMaterial): RecordedRun {
  const recorder = new Recorder(material);
  const start = toStart(material);
  const recorded: Recorded[] = [];
  const states: RunState[] = [];
  const steps: Step[] = [];
  let state = start;
  for (;;) {
    const step = nextStep(state);
    steps.push(step);
    const result = recorder.next(step);
    if (result === undefined) return { start, recorded, states, steps };
    recorded.push(result);
    state = replayOne(state, result);
    states.push(state);
  }
}

/** Makes results of the material of one run. */
export class Recorder {
  readonly #answers: RunMaterial['answers'];
  readonly #outcomes: RunMaterial['outcomes'];
  readonly #name: string;
  #results = 0;
  #answered = 0;
  #called = 0;

  /** `name` tells the results of several runs apart. */
  constructor({ answers, outcomes }: Pick<RunMaterial, 'answers' | 'outcomes'>, name = '') {
    this.#answers = answers;
    this.#outcomes = outcomes;
    this.#name = name;
  }

  /** What a step leads to; nothing when it is the last one, or when the material has come to its end. */
  next(step: Step): Recorded | undefined {
    const result = this.#toResult(step);
    if (result !== undefined) this.#results += 1;
    return result;
  }

  #toResult(step: Step): Recorded | undefined {
    if (step.kind === 'call-tools') {
      return runTools(step.calls, () => this.#outcomes[this.#called++ % this.#outcomes.length]);
    }
    const answer = step.kind === 'request-model' ? this.#answers[this.#answered++] : undefined;
    return answer && toRecorded(answer, `${this.#name}response-${this.#results}`);
  }
}

/** The state that a run ended in. */
export function endOf({ start, states }: RecordedRun): RunState {
  return states.at(-1) ?? start;
}

function toStart({ manifest, request, history: { earlier, start } }: RunMaterial): RunState {
  if (earlier === 0) return startRun(request, manifest);
  const messages: ModelMessage[] = Array.from({ length: earlier }, (_, index) => ({
    kind: 'request',
    parts: [{ kind: 'user-prompt', content: `earlier ${index}` }],
  }));
  const plan = toPlan(start, earlier);
  if (plan.kind === 'decide') messages[earlier - 1] = plan.answer.response;
  return startRun({ ...request, messageHistory: messages }, { ...manifest, start: plan });
}

function toPlan(start: History['start'], length: number): StartPlan {
  if (typeof start === 'string') return { kind: start, history: length };
  const { id: _none, ...answer } = toAnswer(start, 'earlier');
  return { kind: 'decide', history: length, answer };
}

function toRecorded(answer: Answer | RunFailure | ExceededLimit, id: string): Recorded {
  if ('type' in answer) return { modelFailure: answer };
  return { model: 'limit' in answer ? { exceeded: answer } : toAnswer(answer, id) };
}

function toAnswer(answer: Answer, id: string): ModelAnswer {
  const { parts, usage, finishReason } = answer;
  const isCall = ({ part }: { part: ResponsePart }) => part.kind === 'tool-call';
  const text = parts.find((scripted) => scripted.text !== undefined)?.text;
  const response = {
    kind: 'response' as const,
    parts: parts.map(({ part }, index) =>
      part.kind === 'tool-call' ? { ...part, toolCallId: `${id}-call-${index}` } : part,
    ),
    usage,
    finishReason,
  };
  const calls = parts.filter(isCall).map(({ verdict }) => verdict);
  return { id, response, calls, ...(text === undefined ? {} : { text }) };
}

function runTools(
  calls: readonly JudgedCall[],
  next: () => RunMaterial['outcomes'][number] | undefined,
): Extract<Recorded, { tools: unknown }> {
  const tools: (ToolOutcome | undefined)[] = [];
  const results: (ToolCallResult | undefined)[] = [];
  for (const { call, position } of calls) {
    const outcome = next() ?? {};
    if ('type' in outcome) tools[position] = { kind: 'failure', failure: outcome };
    else if ('reported' in outcome) tools[position] = toReportedOutcome(call, outcome.reported);
    else {
      const result = { ...outcome, id: `result-of-${call.toolCallId}` };
      results[position] = result;
      tools[position] = toToolOutcome(call, result);
    }
  }
  return { tools, results };
}
