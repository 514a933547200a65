import { z } from 'zod';
import { type Duration, durationSchema } from './duration';
import { UserError } from './errors';
import type { JsonObject } from './json';
import { toJsonSchema } from './json-schema';
import { DEFAULT_TOOL_POLICY } from './manifest';
import type { ModelMessage } from './messages';
import type { ToolDescription } from './model';
import { describeCall, parseOptions } from './options';
import type { RunContext } from './run-context';
import { MAX_ATTEMPTS } from './size-limits';
import type { Usage, UsageLimits } from './usage';

/** What a tool knows about the call it serves. */
export interface ToolContext<Deps = unknown> {
  /** The run's `deps`, validated by the agent's schema. */
  readonly deps: Deps;
  /** Spent before this step's tools. */
  readonly usage: Usage;
  readonly usageLimits: UsageLimits;
  readonly runId: string;
  readonly conversationId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  /** How often the model was already asked to retry this tool. */
  readonly retry: number;
  readonly maxRetries: number;
  /** True when another `ModelRetry` would end the run. */
  readonly lastAttempt: boolean;
  /** Model requests so far. */
  readonly runStep: number;
  /** The same for every attempt of this call and for no other call: give it to services that can refuse a repetition. */
  readonly idempotencyKey: string;
  /** Fires when the run is cancelled, the tool's time is up, or the worker hands the call back. */
  readonly signal: AbortSignal;
  /** Reports progress; the worker's life is reported without it. */
  readonly heartbeat: (details?: unknown) => void;
  /** The conversation up to this call, fetched on demand. */
  readonly messages: () => Promise<readonly ModelMessage[]>;
  readonly logger: ToolLogger;
}

/** Writes to the worker's log, with the run and the call attached. */
export interface ToolLogger {
  debug(message: string, attributes?: object): void;
  info(message: string, attributes?: object): void;
  warn(message: string, attributes?: object): void;
  error(message: string, attributes?: object): void;
}

export interface ToolOptions<Input extends z.ZodObject, Deps> {
  /** 1 to 64 letters, digits, `_` or `-`; also the type of the tool's activities. Unique within an agent. */
  readonly name: string;
  /** Tells the model when and how to use the tool. */
  readonly description: string;
  /** The arguments. Unknown top-level keys are refused unless the schema is a loose one. */
  readonly input: Input;
  /** Shape of the `deps` that the tool needs; the agent's `deps` must fit it. */
  readonly deps?: z.ZodType<Deps>;
  /**
   * Does the work. Returns JSON; throws `ModelRetry` or `ToolFailed` for the model to read. Anything else it throws is
   * a failure of infrastructure, retried up to `maximumAttempts`. May run more than once for one call when a worker
   * dies: see `idempotencyKey`.
   */
  readonly execute: (args: z.output<Input>, context: ToolContext<Deps>) => unknown;
  /**
   * How often the model may retry a call that was invalid or that asked for it; N retries are N + 1 attempts.
   * @default the agent's `retries.tools`, 1
   */
  readonly retries?: number;
  /** Time for one attempt; then the model is told that it timed out. @default '5m' */
  readonly timeout?: Duration;
  /** Attempts in case of infrastructure failures, worker deaths included. @default 5 */
  readonly maximumAttempts?: number;
  /** Runs alone: after the calls before it in a response, before the calls after it. @default false */
  readonly sequential?: boolean;
  /** A failure on the last attempt ends the run, or is told to the model as a failed call. @default 'fail' */
  readonly onError?: 'fail' | 'report';
  /**
   * Runs as a local activity: 1 event instead of 6, but no heartbeat and no page of its own; for tools that are fast
   * and may run again.
   * @default false
   */
  readonly local?: boolean;
  /**
   * Changes how the tool is described in one request, or hides it by returning nothing. A hidden tool is an unknown one.
   *
   * **Contract**: pure of effects, since it runs for every request and attempt. Throwing ends the run.
   */
  readonly prepare?: PrepareTool<Deps>;
}

export type PrepareTool<Deps> = (
  context: RunContext<Deps>,
  tool: ToolDescription,
) => ToolDescription | undefined | Promise<ToolDescription | undefined>;

/** A tool that an agent can offer to its model; made by {@link defineTool}. `Tool<never>` is any tool. */
export interface Tool<Deps = never> {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly parameters: JsonObject;
  readonly deps: z.ZodType | undefined;
  readonly execute: (args: unknown, context: ToolContext<Deps>) => unknown;
  readonly retries: number | undefined;
  /** In milliseconds. */
  readonly timeout: number;
  readonly maximumAttempts: number;
  readonly sequential: boolean;
  readonly onError: 'fail' | 'report';
  readonly local: boolean;
  readonly prepare: PrepareTool<Deps> | undefined;
}

const toolOptions = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '_' or '-'"),
  description: z.string().min(1),
  input: z.instanceof(z.ZodObject, { error: 'expected a zod object schema: z.object({ … })' }),
  deps: z.instanceof(z.ZodType, { error: 'expected a zod schema' }).optional(),
  execute: z.custom<ToolOptions<z.ZodObject, unknown>['execute']>((value) => typeof value === 'function', {
    error: 'expected a function',
  }),
  retries: z.int().min(0).optional(),
  timeout: durationSchema.default(DEFAULT_TOOL_POLICY.timeout),
  maximumAttempts: z.int().min(1).max(MAX_ATTEMPTS).default(DEFAULT_TOOL_POLICY.maximumAttempts),
  sequential: z.boolean().default(false),
  onError: z.enum(['fail', 'report']).default('fail'),
  local: z.boolean().default(false),
  prepare: z
    .custom<PrepareTool<unknown>>((value) => typeof value === 'function', { error: 'expected a function' })
    .optional(),
});

/**
 * Declares a tool: its name, what its arguments look like, what it does.
 * @throws {UserError} for a mistake in the options, naming the field.
 */
export function defineTool<Input extends z.ZodObject, Deps = unknown>(
  options: ToolOptions<Input, Deps>,
): Tool<Deps> {
  const where = describeCall('defineTool', options);
  const parsed = parseOptions(toolOptions, options, where);
  const input = strict(parsed.input);
  return Object.freeze({
    ...parsed,
    input,
    parameters: toJsonSchema(input, `${where}: input`),
    deps: parsed.deps,
    retries: parsed.retries,
    // the caller's types were checked by this function's signature
    execute: parsed.execute as Tool<Deps>['execute'],
    prepare: parsed.prepare,
  });
}

function strict(schema: z.ZodObject): z.ZodObject {
  return schema.def.catchall === undefined ? schema.strict() : schema;
}

/** Refuses tools that the model could not tell apart. */
export function assertUniqueTools(tools: readonly Tool[], where: string): void {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (names.has(name)) throw new UserError(`${where}: tools: two tools are named '${name}'`);
    names.add(name);
  }
}
