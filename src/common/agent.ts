import type { z } from 'zod';
import { agentOptionsSchema } from './agent-options';
import type { CompactionOptions } from './compaction';
import type { Compaction } from './compaction-schema';
import type { Duration } from './duration';
import { UserError } from './errors';
import type { JsonObject } from './json';
import type { ModelMessage } from './messages';
import type { Model } from './model';
import type { ModelSettings } from './model-settings';
import { describeCall, parseOptions } from './options';
import {
  type AgentOutput,
  type OutputOfOption,
  type OutputOption,
  type OutputOptionFor,
  toAgentOutput,
} from './output';
import type { RollOverOptions } from './roll-over';
import type { RunContext } from './run-context';
import { assertUniqueTools, type Tool } from './tool';
import type { UsageLimits } from './usage';
import type { EndStrategy, OnLimit, RollOverThreshold } from './wire';

/** Text that is sent with each request, or a function that makes it anew for each. Throwing ends the run. */
export type Instructions<Deps> =
  string | ((context: RunContext<Deps>) => string | undefined | Promise<string | undefined>);

/**
 * Changes what is sent of the conversation; the transcript stays as it is.
 *
 * **Contract**: pure of effects, since it runs for every request and attempt. Throwing ends the run.
 */
export type HistoryProcessor<Deps> = (
  messages: readonly ModelMessage[],
  context: RunContext<Deps>,
) => readonly ModelMessage[] | Promise<readonly ModelMessage[]>;

/**
 * Checks an output that fits its schema, and may change it.
 *
 * **Contract**: throws `ModelRetry` to ask the model for another one; throwing anything else ends the run.
 */
export type OutputValidator<Output, Deps> = (
  output: Output,
  context: RunContext<Deps>,
) => Output | Promise<Output>;

export interface AgentOptions<Name extends string, Option extends OutputOption, Deps> {
  /**
   * Letters, digits, `_`, `-` and `.`; starts with a letter. The workflow type of the agent's runs, and so part of the
   * durable record: unique in a worker, and stable.
   */
  readonly name: Name;
  /** `openai:NAME` (Responses API), `openai-chat:NAME` (Chat Completions), a name the worker was given, or a model. */
  readonly model: string | Model;
  /** Sent with each request; not part of the transcript. Several are joined by empty lines. */
  readonly instructions?: Instructions<NoInfer<Deps>> | readonly Instructions<NoInfer<Deps>>[];
  readonly tools?: readonly Tool<NoInfer<Deps>>[];
  /** Shape of the final answer: a schema, several by name, or one of `toolOutput`, `nativeOutput`, … @default text */
  readonly output?: Option & OutputOptionFor<NoInfer<Option>, NoInfer<Deps>>;
  /** Run in order on each output that fits its schema. */
  readonly outputValidators?: readonly OutputValidator<OutputOfOption<NoInfer<Option>>, NoInfer<Deps>>[];
  /** Run in order on the conversation before each request. */
  readonly historyProcessors?: readonly HistoryProcessor<NoInfer<Deps>>[];
  /** Shortens the conversation for good when it comes near the model's context window. @default none */
  readonly compaction?: CompactionOptions<NoInfer<Deps>>;
  /** Tools that the provider runs itself, as its API describes them: `[{ type: 'web_search' }]`. */
  readonly builtinTools?: readonly JsonObject[];
  /**
   * What becomes of function calls in the response that gives the final answer: `graceful` runs them first, `early` does
   * not run them, `exhaustive` is as `graceful` and also checks further outputs.
   * @default 'graceful'
   */
  readonly endStrategy?: EndStrategy;
  /** What happens at a usage limit: the run fails, or the model is asked once more, for its answer. @default 'fail' */
  readonly onLimit?: OnLimit;
  /** Shape of the `deps` that each run brings along: JSON, validated on the worker, given to every tool. */
  readonly deps?: z.ZodType<Deps>;
  readonly modelSettings?: ModelSettings;
  /** Ceilings of each run. @default `{ requestLimit: 50 }` */
  readonly usageLimits?: UsageLimits;
  /** How often the model may try again. N retries are N + 1 attempts. @default `{ output: 1, tools: 1 }` */
  readonly retries?: { readonly output?: number; readonly tools?: number };
  /**
   * How much history a run writes before another workflow run goes on with it; what that one is handed does not count.
   * @default `{ historyBytes: 2.5 MiB, historyEvents: 4000 }`
   */
  readonly rollOver?: RollOverOptions;
  /** Time for one model request. @default '10m' */
  readonly modelTimeout?: Duration;
  /** Attempts of one model request when the provider or a worker fails. @default 5 */
  readonly modelMaximumAttempts?: number;
  /** How long after its worker died a request or a tool call is given to another one. At least 1 s. @default '5s' */
  readonly heartbeatTimeout?: Duration;
  /** Whether the UI may show the prompt's first line and the arguments of tools. @default true */
  readonly summaries?: boolean;
}

/** An agent, ready to be run; made by {@link defineAgent}. */
export interface Agent<Output = unknown, Deps = unknown, Name extends string = string> {
  readonly name: Name;
  readonly model: string | Model;
  readonly instructions: readonly Instructions<never>[];
  readonly tools: readonly Tool[];
  readonly output: AgentOutput;
  readonly outputValidators: readonly OutputValidator<never, never>[];
  readonly historyProcessors: readonly HistoryProcessor<never>[];
  readonly compaction: Compaction | undefined;
  readonly builtinTools: readonly JsonObject[];
  readonly endStrategy: EndStrategy;
  readonly onLimit: OnLimit;
  readonly deps: z.ZodType | undefined;
  readonly modelSettings: ModelSettings;
  readonly usageLimits: UsageLimits;
  readonly retries: { readonly output: number; readonly tools: number };
  readonly rollOver: RollOverThreshold | undefined;
  /** In milliseconds. */
  readonly modelTimeout: number;
  readonly modelMaximumAttempts: number;
  /** In milliseconds. */
  readonly heartbeatTimeout: number;
  readonly summaries: boolean;
  /** Exists for the compiler only. */
  readonly '~types'?: { readonly output: Output; readonly deps: Deps };
}

/** What a run of an agent returns: `OutputOf<typeof support>`. */
export type OutputOf<A extends Agent> = NonNullable<A['~types']>['output'];

/** What a run of an agent needs: `DepsOf<typeof support>`. */
export type DepsOf<A extends Agent> = NonNullable<A['~types']>['deps'];

/**
 * Declares an agent: a model, what it is told, the tools it may call, and what its answer looks like.
 * @throws {UserError} for a mistake in the options, naming the field.
 */
export function defineAgent<
  const Name extends string,
  Option extends OutputOption = z.ZodString,
  Deps = undefined,
>(options: AgentOptions<Name, Option, Deps>): Agent<OutputOfOption<Option>, Deps, Name> {
  const where = describeCall('defineAgent', options);
  const parsed = parseOptions(agentOptionsSchema, options, where);
  const output = toAgentOutput(parsed.output, where);
  assertUniqueTools(parsed.tools, where);
  assertNoOutputTool(parsed.tools, output, where);
  return Object.freeze({
    ...parsed,
    name: options.name,
    output,
    compaction: parsed.compaction,
    rollOver: parsed.rollOver,
    deps: parsed.deps,
  });
}

function assertNoOutputTool(tools: readonly Tool[], { choices }: AgentOutput, where: string): void {
  const taken = tools.find(({ name }) => choices.some(({ toolName }) => toolName === name));
  if (taken === undefined) return;
  throw new UserError(`${where}: tools: '${taken.name}' is the name of a tool that gives the final answer`);
}
