import { z } from 'zod';
import { type Duration, durationSchema } from './duration';
import { UserError } from './errors';
import type { JsonObject } from './json';
import { toJsonSchema } from './json-schema';
import { isModel, type Model } from './model';
import type { ModelSettings } from './model-settings';
import { modelSettingsSchema, usageLimitsSchema } from './option-schemas';
import { describeCall, parseOptions } from './options';
import { assertUniqueTools, type Tool } from './tool';
import type { UsageLimits } from './usage';

/** The tool by which a model gives a structured final answer. */
export const OUTPUT_TOOL_NAME = 'final_result';

export interface AgentOptions<Name extends string, Output, Deps> {
  /**
   * Letters, digits, `_`, `-` and `.`; starts with a letter. The workflow type of the agent's runs, and so part of the
   * durable record: unique in a worker, and stable.
   */
  readonly name: Name;
  /** `openai:NAME` (Responses API), `openai-chat:NAME` (Chat Completions), a name the worker was given, or a model. */
  readonly model: string | Model;
  /** Sent with each request; not part of the transcript. */
  readonly instructions?: string;
  readonly tools?: readonly Tool<NoInfer<Deps>>[];
  /** Shape of the final answer. @default text */
  readonly output?: z.ZodType<Output>;
  /** Shape of the `deps` that each run brings along: JSON, validated on the worker, given to every tool. */
  readonly deps?: z.ZodType<Deps>;
  readonly modelSettings?: ModelSettings;
  /** Ceilings of each run. @default `{ requestLimit: 50 }` */
  readonly usageLimits?: UsageLimits;
  /** How often the model may try again. N retries are N + 1 attempts. @default `{ output: 1, tools: 1 }` */
  readonly retries?: { readonly output?: number; readonly tools?: number };
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
  readonly instructions: string | undefined;
  readonly tools: readonly Tool[];
  readonly output: AgentOutput | undefined;
  readonly deps: z.ZodType | undefined;
  readonly modelSettings: ModelSettings;
  readonly usageLimits: UsageLimits;
  readonly retries: { readonly output: number; readonly tools: number };
  /** In milliseconds. */
  readonly modelTimeout: number;
  readonly modelMaximumAttempts: number;
  /** In milliseconds. */
  readonly heartbeatTimeout: number;
  readonly summaries: boolean;
  /** Exists for the compiler only. */
  readonly '~types'?: { readonly output: Output; readonly deps: Deps };
}

/** A structured final answer: how it is checked, and how the model is told. */
export interface AgentOutput {
  readonly schema: z.ZodType;
  /** Always of an object. */
  readonly parameters: JsonObject;
  /** True when the answer is no object and travels as `{ response: … }`. */
  readonly wrapped: boolean;
}

/** What a run of an agent returns: `OutputOf<typeof support>`. */
export type OutputOf<A extends Agent> = NonNullable<A['~types']>['output'];

/** What a run of an agent needs: `DepsOf<typeof support>`. */
export type DepsOf<A extends Agent> = NonNullable<A['~types']>['deps'];

const zodSchema = z.instanceof(z.ZodType, { error: 'expected a zod schema' });

const agentOptions = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-zA-Z][a-zA-Z0-9_.-]{0,99}$/,
      "expected up to 100 letters, digits, '_', '-' or '.', a letter first",
    )
    // Temporal would find these in the bundle's exports and run them in place of the agent.
    .refine((name) => !(name in Object.prototype), { error: 'is a name that every JavaScript object has' }),
  model: z.union([z.string().min(1), z.custom<Model>(isModel)], {
    error: 'expected a model or the name of one',
  }),
  instructions: z.string().optional(),
  tools: z.array(z.custom<Tool>(isTool, { error: 'expected a tool made by defineTool' })).default([]),
  output: zodSchema.optional(),
  deps: zodSchema.optional(),
  modelSettings: modelSettingsSchema.default({}),
  usageLimits: usageLimitsSchema.default({}),
  retries: z
    .strictObject({ output: z.int().min(0).default(1), tools: z.int().min(0).default(1) })
    .default({ output: 1, tools: 1 }),
  modelTimeout: durationSchema.default(10 * 60_000),
  modelMaximumAttempts: z.int().min(1).default(5),
  heartbeatTimeout: durationSchema
    .refine((value) => value >= 1000, { error: 'expected at least 1 second' })
    .default(5000),
  summaries: z.boolean().default(true),
});

function isTool(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'execute' in value && 'parameters' in value;
}

/**
 * Declares an agent: a model, what it is told, the tools it may call, and what its answer looks like.
 * @throws {UserError} for a mistake in the options, naming the field.
 */
export function defineAgent<const Name extends string, Output = string, Deps = undefined>(
  options: AgentOptions<Name, Output, Deps>,
): Agent<Output, Deps, Name> {
  const where = describeCall('defineAgent', options);
  const parsed = parseOptions(agentOptions, options, where);
  assertUniqueTools(parsed.tools, where);
  const output = parsed.output && toOutput(parsed.output, where);
  if (output !== undefined && parsed.tools.some(({ name }) => name === OUTPUT_TOOL_NAME)) {
    throw new UserError(
      `${where}: tools: '${OUTPUT_TOOL_NAME}' is the name of the tool that gives the final answer`,
    );
  }
  return Object.freeze({
    ...parsed,
    name: options.name,
    instructions: parsed.instructions,
    output,
    deps: parsed.deps,
  });
}

function toOutput(schema: z.ZodType, where: string): AgentOutput | undefined {
  if (schema instanceof z.ZodString && (schema.def.checks ?? []).length === 0) return undefined;
  const parameters = toJsonSchema(schema, `${where}: output`);
  if (parameters['type'] === 'object') return { schema, parameters, wrapped: false };
  const wrapped = z.strictObject({ response: schema });
  return { schema: wrapped, parameters: toJsonSchema(wrapped, `${where}: output`), wrapped: true };
}
