import { type JsonValue, ownValue } from '../../../src/common/json';
import {
  type ModelMessage,
  type ModelResponse,
  type RequestPart,
  type ResponsePart,
  toolCallsOf,
} from '../../../src/common/messages';
import type { MessageDescriptor, TranscriptDelta } from '../../../src/common/transcript';
import type { Usage } from '../../../src/common/usage';
import type {
  AgentManifest,
  ModelAnswer,
  RunRequest,
  StartPlan,
  ToolManifest,
} from '../../../src/common/wire';
import {
  type JudgedCall,
  nextStep,
  type RequestModelStep,
  type RunFailure,
  type RunState,
  startRun,
  type ToolOutcome,
  type ToolOutcomes,
  toReportedOutcome,
  toToolOutcome,
  withModelFailure,
  withModelResponse,
  withToolOutcomes,
} from '../../../src/workflows/loop';
import {
  type Script,
  type ScriptedAgent,
  type ScriptedAnswer,
  type ScriptedHistory,
  type ScriptedOutcome,
  type ScriptedPart,
  ScriptedResponse,
} from './script';

export interface ScriptedRun {
  readonly state: RunState;
  readonly messages: readonly ModelMessage[];
  /** The messages, one line for each part. */
  readonly transcript: readonly string[];
  readonly usage: Usage;
  /** Model requests made. */
  readonly steps: number;
  /** Names of the tools that were run, in the order of their calls. */
  readonly toolsRun: readonly string[];
  readonly output: JsonValue | undefined;
  readonly failure: RunFailure | undefined;
  /** What each model request was told. */
  readonly requests: readonly TranscriptDelta[];
  /** Whether each model request was the last one, after a limit. */
  readonly final: readonly boolean[];
  /** What came after the last one. */
  readonly tail: readonly MessageDescriptor[];
}

export function toManifest(agent: ScriptedAgent = {}, toolNames: readonly string[] = []): AgentManifest {
  const { output = 'text', limits = {}, outputRetries = 1, toolRetries = 1, retries = {} } = agent;
  const { endStrategy = 'graceful', onLimit = 'fail' } = agent;
  const toTool = (name: string): [string, ToolManifest] => [
    name,
    {
      retries: ownValue(retries, name) ?? toolRetries,
      timeout: 1000,
      maximumAttempts: 5,
    },
  ];
  return {
    model: 'scripted',
    usageLimits: limits,
    outputTools: output === 'tool',
    endStrategy,
    onLimit,
    outputRetries,
    toolRetries,
    modelCall: { timeout: 1000, maximumAttempts: 5 },
    tools: Object.fromEntries(toolNames.map(toTool)),
    heartbeatTimeout: 5000,
    searchAttributes: false,
    summaries: true,
  };
}

/** Runs the pure core by a script; one that is too short or too long is an error. */
export function runScript(script: Script): ScriptedRun {
  const player = new Player(script);
  const manifest = {
    ...toManifest(script.agent, Object.keys(script.tools ?? {})),
    ...(script.history === undefined ? {} : { start: player.toStart(script.history) }),
  };
  let state = startRun(toRequest(script), manifest);
  for (;;) {
    const step = nextStep(state);
    switch (step.kind) {
      case 'request-model':
        state = player.answer(state, step);
        break;
      case 'call-tools':
        state = withToolOutcomes(state, player.runTools(step.calls));
        break;
      case 'compact':
        throw new Error('a scripted agent has no compaction');
      case 'compact':
        throw new Error('no script has a transcript that is compacted');
      case 'finish':
        return player.end(state, { output: step.output });
      case 'fail':
        return player.end(state, { failure: step.failure });
    }
  }
}

function toRequest({ prompt = 'hello', usage }: Script): RunRequest {
  return { ...(prompt === null ? {} : { prompt }), ...(usage === undefined ? {} : { usage }) };
}

class Player {
  readonly #model: ScriptedAnswer[];
  readonly #tools: ReadonlyMap<string, ScriptedOutcome | readonly ScriptedOutcome[]>;
  readonly #requests: TranscriptDelta[] = [];
  readonly #final: boolean[] = [];
  readonly #toolsRun: string[] = [];
  #calls = 0;

  constructor({ model, tools = {} }: Script) {
    this.#model = [...model];
    this.#tools = new Map(Object.entries(tools));
  }

  toStart({ length, start }: ScriptedHistory): StartPlan {
    if (typeof start === 'string') return { kind: start, history: length };
    const { id: _none, ...answer } = this.#toAnswer(start.decide);
    return { kind: 'decide', history: length, answer };
  }

  answer(state: RunState, { transcript, final }: RequestModelStep): RunState {
    this.#requests.push(transcript);
    this.#final.push(final);
    const answer = this.#model.shift();
    if (answer === undefined) throw new Error(`request ${this.#requests.length} has no answer in the script`);
    if (answer instanceof ScriptedResponse) return withModelResponse(state, this.#toAnswer(answer));
    return 'limit' in answer
      ? withModelResponse(state, { exceeded: answer })
      : withModelFailure(state, answer);
  }

  runTools(calls: readonly JudgedCall[]): ToolOutcomes {
    const outcomes: (ToolOutcome | undefined)[] = [];
    for (const { call, position } of calls) outcomes[position] = this.#runTool(call);
    return outcomes;
  }

  end(state: RunState, end: { output?: JsonValue; failure?: RunFailure }): ScriptedRun {
    if (this.#model.length > 0) throw new Error(`${this.#model.length} scripted answers were not asked for`);
    const { messages, unsent } = state.transcript;
    return {
      state,
      messages,
      transcript: messages.flatMap(toLines),
      usage: state.usage,
      steps: state.step,
      toolsRun: this.#toolsRun,
      output: end.output,
      failure: end.failure,
      requests: this.#requests,
      final: this.#final,
      tail: unsent.append,
    };
  }

  #runTool(call: JudgedCall['call']): ToolOutcome {
    const earlier = this.#toolsRun.filter((name) => name === call.toolName).length;
    this.#toolsRun.push(call.toolName);
    const does = this.#tools.get(call.toolName);
    const outcome = isList(does) ? does[earlier] : does;
    if (outcome === undefined) {
      throw new Error(`a call of tool '${call.toolName}' has no outcome in the script`);
    }
    if ('type' in outcome) return { kind: 'failure', failure: outcome };
    if ('reported' in outcome) return toReportedOutcome(call, outcome.reported);
    return toToolOutcome(call, { ...outcome, id: `result-${this.#toolsRun.length}` });
  }

  #toAnswer({ parts, usage, finishReason }: ScriptedResponse): ModelAnswer {
    const response: ModelResponse = {
      kind: 'response',
      parts: parts.map((scripted) => this.#withCallId(scripted)),
      usage,
      ...(finishReason === undefined ? {} : { finishReason }),
    };
    const verdict = parts.find((scripted) => scripted.text !== undefined)?.text;
    const calls = parts
      .filter(({ part }) => part.kind === 'tool-call')
      .map((scripted) => scripted.call ?? null);
    return {
      id: `response-${this.#requests.length}`,
      response,
      ...(calls.every((entry) => entry === null) ? {} : { calls }),
      ...(verdict === undefined ? {} : { text: verdict }),
    };
  }

  #withCallId({ part, id }: ScriptedPart): ResponsePart {
    if (part.kind !== 'tool-call') return part;
    this.#calls += 1;
    return { ...part, toolCallId: id ?? `call-${this.#calls}` };
  }
}

function isList(
  does: ScriptedOutcome | readonly ScriptedOutcome[] | undefined,
): does is readonly ScriptedOutcome[] {
  return Array.isArray(does);
}

/** A message as people read it: `user: hello`, `add returned 3`, `add again: is wrong`. */
export function toLines(message: ModelMessage): string[] {
  if (message.kind === 'request') return message.parts.map(toRequestLine);
  const spoken = message.parts.flatMap((part) => (part.kind === 'text' ? [`model: ${part.content}`] : []));
  return [...spoken, ...toolCallsOf(message).map(({ toolName }) => `model calls ${toolName}`)];
}

function toRequestLine(part: RequestPart): string {
  switch (part.kind) {
    case 'system-prompt':
      return `system: ${part.content}`;
    case 'user-prompt':
      return `user: ${toReadable(part.content)}`;
    case 'retry-prompt':
      return `${part.toolName ?? 'text'} again: ${toComplaint(part.content)}`;
    case 'tool-return':
      return part.outcome === 'success'
        ? `${part.toolName} returned ${toReadable(part.content)}`
        : `${part.toolName} ${part.outcome}: ${toReadable(part.content)}`;
  }
}

function toReadable(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

function toComplaint(content: Extract<RequestPart, { kind: 'retry-prompt' }>['content']): string {
  return typeof content === 'string' ? content : content.map(({ message }) => message).join('; ');
}
