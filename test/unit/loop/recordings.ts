import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/common/json';
import type { ResponsePart, ResponseUsage, ValidationIssue } from '../../../src/common/messages';
import type { UsageLimits } from '../../../src/common/usage';
import {
  type AgentManifest,
  type CallVerdict,
  type ModelRequestResult,
  type OutputVerdict,
  type RunRequest,
  type ToolCallResult,
  toToolPart,
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
  readonly answers: readonly (Answer | RunFailure)[];
  /** Taken in turn by the tool calls. */
  readonly outcomes: readonly (Omit<ToolCallResult, 'id'> | RunFailure)[];
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
  | { readonly tools: ToolOutcomes };

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
  },
  { requiredKeys: [] },
);

export const runMaterial: fc.Arbitrary<RunMaterial> = fc.record({
  manifest: fc
    .record({
      output: fc.constantFrom('text' as const, 'tool' as const),
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
  answers: fc.array(
    fc.oneof({ weight: 15, arbitrary: anyAnswer }, { weight: 1, arbitrary: failure('ModelRequestError') }),
    { maxLength: 10, size: 'max' },
  ),
  outcomes: fc.array(
    fc.oneof(
      { weight: 16, arbitrary: fc.record({ content: value }) },
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
export function record({ manifest, request, answers, outcomes }: RunMaterial): RecordedRun {
  const start = startRun(request, manifest);
  const recorded: Recorded[] = [];
  const states: RunState[] = [];
  const steps: Step[] = [];
  const remaining = [...answers];
  let state = start;
  let calls = 0;
  for (;;) {
    const step = nextStep(state);
    steps.push(step);
    const answer = step.kind === 'request-model' ? remaining.shift() : undefined;
    if (step.kind === 'call-tools') {
      recorded.push({ tools: toOutcomes(step.calls, () => outcomes[calls++ % outcomes.length]) });
    } else if (answer !== undefined) {
      recorded.push(toRecorded(answer, `response-${recorded.length}`));
    } else {
      return { start, recorded, states, steps };
    }
    state = recorded.slice(-1).reduce(replayOne, state);
    states.push(state);
  }
}

/** The state that a run ended in. */
export function endOf({ start, states }: RecordedRun): RunState {
  return states.at(-1) ?? start;
}

function toRecorded(answer: Answer | RunFailure, id: string): Recorded {
  if ('type' in answer) return { modelFailure: answer };
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
  return { model: { id, response, calls, ...(text === undefined ? {} : { text }) } };
}

function toOutcomes(
  calls: readonly JudgedCall[],
  next: () => RunMaterial['outcomes'][number] | undefined,
): ToolOutcomes {
  const outcomes: (ToolOutcome | undefined)[] = [];
  for (const { call, position } of calls) {
    const outcome = next() ?? {};
    if ('type' in outcome) {
      outcomes[position] = { kind: 'failure', failure: outcome };
      continue;
    }
    const result = { ...outcome, id: `result-of-${call.toolCallId}` };
    outcomes[position] = { kind: 'result', result, part: toToolPart(call, result) };
  }
  return outcomes;
}
