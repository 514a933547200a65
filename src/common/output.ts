import { z } from 'zod';
import { UserError } from './errors';
import type { JsonObject } from './json';
import { toJsonSchema } from './json-schema';
import type { RunContext } from './run-context';

/** The tool by which a model gives a structured final answer. */
export const OUTPUT_TOOL_NAME = 'final_result';

/** How a model is brought to give a structured answer. */
export type OutputMode =
  /** By calling a tool that stands for the answer. */
  | 'tool'
  /** By the provider's own JSON Schema mode. */
  | 'native'
  /** By asking for JSON in the instructions. */
  | 'prompted';

/** A function that makes the output of the model's text. Throws `ModelRetry` to ask for another text. */
export type TextFunction<Output, Deps> = (
  text: string,
  context: RunContext<Deps>,
) => Output | Promise<Output>;

/** What `output` may be besides a schema; made by `toolOutput`, `nativeOutput`, `promptedOutput` or `textOutput`. */
export interface OutputSpecification<Output = unknown, Deps = unknown> {
  readonly kind: 'output-specification';
  readonly mode: OutputMode | 'text';
  readonly schemas: z.ZodType | NamedSchemas | undefined;
  readonly options: OutputModeOptions;
  readonly textFunction: TextFunction<unknown, Deps> | undefined;
  /** Exists for the compiler only. */
  readonly '~output'?: Output;
}

export interface OutputModeOptions {
  /** Of the output tool or the JSON schema. @default 'final_result' */
  readonly name?: string;
  /** Tells the model what the answer is for. */
  readonly description?: string;
  /** Of the instructions in mode `prompted`: `{schema}` stands for the JSON Schema. */
  readonly template?: string;
}

/** Several kinds of answer, by name. A plain `z.string()` among them means that text is one. */
export type NamedSchemas = Readonly<Record<string, z.ZodType>>;

/** What an agent's `output` may be. */
export type OutputOption = z.ZodType | NamedSchemas | OutputSpecification<unknown, never>;

/** What a run returns whose agent has this `output`. */
export type OutputOfOption<Option> =
  Option extends OutputSpecification<infer Output, never> ? Output : OutputOfSchemas<Option>;

/** Nothing more of an `output` whose function makes do with these `deps`; otherwise a type that no `output` fits. */
export type OutputOptionFor<Option, Deps> =
  Option extends OutputSpecification<unknown, infer Needed>
    ? Deps extends Needed
      ? unknown
      : OutputSpecification<unknown, Deps>
    : unknown;

type OutputOfSchemas<S> =
  S extends z.ZodType<infer Output>
    ? Output
    : S extends NamedSchemas
      ? { [Name in keyof S]: z.output<S[Name]> }[keyof S]
      : never;

/** The model answers by calling a tool; the default for anything but text. */
export function toolOutput<const S extends z.ZodType | NamedSchemas>(
  schemas: S,
  options: Omit<OutputModeOptions, 'template'> = {},
): OutputSpecification<OutputOfSchemas<S>> {
  return specify('tool', schemas, options);
}

/** The model answers in the provider's JSON Schema mode. */
export function nativeOutput<const S extends z.ZodType | NamedSchemas>(
  schemas: S,
  options: Omit<OutputModeOptions, 'template'> = {},
): OutputSpecification<OutputOfSchemas<S>> {
  return specify('native', schemas, options);
}

/** The model is asked in its instructions to answer with JSON; for models that can do neither of the others. */
export function promptedOutput<const S extends z.ZodType | NamedSchemas>(
  schemas: S,
  options: Pick<OutputModeOptions, 'template'> = {},
): OutputSpecification<OutputOfSchemas<S>> {
  return specify('prompted', schemas, options);
}

/** The model answers with text, of which a function makes the output. */
export function textOutput<Output, Deps = unknown>(
  textFunction: TextFunction<Output, Deps>,
): OutputSpecification<Output, Deps> {
  return { kind: 'output-specification', mode: 'text', schemas: undefined, options: {}, textFunction };
}

function specify<Output>(
  mode: OutputMode,
  schemas: z.ZodType | NamedSchemas,
  options: OutputModeOptions,
): OutputSpecification<Output> {
  return { kind: 'output-specification', mode, schemas, options, textFunction: undefined };
}

/** An agent's output as the worker uses it. */
export interface AgentOutput {
  readonly mode: OutputMode | 'text';
  /** Whether plain text is an answer. */
  readonly allowText: boolean;
  readonly textFunction: TextFunction<unknown, never> | undefined;
  readonly choices: readonly OutputChoice[];
  /** Of the outputs that were registered by name, texts among them. */
  readonly names: readonly string[];
  readonly template: string;
}

/** One kind of structured answer: how it is checked, and how the model is told. */
export interface OutputChoice {
  /** As the agent registered it; empty when there is only one. */
  readonly name: string;
  readonly toolName: string;
  readonly description: string;
  readonly schema: z.ZodType;
  /** Always of an object. */
  readonly parameters: JsonObject;
  /** True when the answer is no object and travels as `{ response: … }`. */
  readonly wrapped: boolean;
}

const DEFAULT_TEMPLATE = `Answer with a JSON object that fits this JSON Schema, and with nothing else:

{schema}`;

const DEFAULT_DESCRIPTION = 'The final response which ends this conversation';

/** @throws {UserError} for an output that no model could be told of. */
export function toAgentOutput(output: OutputOption | undefined, where: string): AgentOutput {
  const { mode, schemas, options, textFunction } = toSpecification(output);
  const named = toNamed(schemas);
  // Beside other kinds of answer a text stands on its own only where these are given by calling tools.
  const standsAlone = mode === 'tool' || named.length === 1;
  const texts = named.filter(([, schema]) => standsAlone && isPlainText(schema));
  const structured = named.filter((entry) => !texts.includes(entry));
  const choices = structured.map(([name, schema]) => toChoice({ name, schema, options }, where));
  assertDistinctTools(choices, where);
  return {
    mode: choices.length === 0 ? 'text' : mode,
    allowText: choices.length === 0 || texts.length > 0,
    textFunction,
    choices,
    names: named.map(([name]) => name).filter((name) => name !== ''),
    template: options.template ?? DEFAULT_TEMPLATE,
  };
}

function toSpecification(output: OutputOption = z.string()): OutputSpecification<unknown, never> {
  return isSpecification(output) ? output : specify('tool', output, {});
}

function isSpecification(output: OutputOption): output is OutputSpecification<unknown, never> {
  return 'kind' in output && output.kind === 'output-specification';
}

function toNamed(schemas: z.ZodType | NamedSchemas | undefined): (readonly [string, z.ZodType])[] {
  if (schemas === undefined) return [];
  return schemas instanceof z.ZodType ? [['', schemas]] : Object.entries(schemas);
}

function isPlainText(schema: z.ZodType): boolean {
  return schema instanceof z.ZodString && (schema.def.checks ?? []).length === 0;
}

function toChoice(
  { name, schema, options }: { name: string; schema: z.ZodType; options: OutputModeOptions },
  where: string,
): OutputChoice {
  const field = name === '' ? `${where}: output` : `${where}: output.${name}`;
  const base = options.name ?? OUTPUT_TOOL_NAME;
  const description = schema.description ?? options.description ?? DEFAULT_DESCRIPTION;
  const toolName = name === '' ? base : `${base}_${name}`;
  const parameters = toJsonSchema(schema, field);
  if (parameters['type'] === 'object') {
    return { name, toolName, description, schema, parameters, wrapped: false };
  }
  const wrapper = z.strictObject({ response: schema });
  return {
    name,
    toolName,
    description,
    schema: wrapper,
    parameters: toJsonSchema(wrapper, field),
    wrapped: true,
  };
}

function assertDistinctTools(choices: readonly OutputChoice[], where: string): void {
  const illegal = choices.find(({ toolName }) => !/^[a-zA-Z0-9_-]{1,64}$/.test(toolName));
  if (illegal !== undefined) {
    throw new UserError(`${where}: output: '${illegal.toolName}' is no name for a tool`);
  }
}
