// Compiled, never run: what must compile, and, below each `@ts-expect-error`, what must not.
import { z } from 'zod';
import { type Agent, defineAgent, type DepsOf, type OutputOf } from '../../src/common/agent';
import type { Model } from '../../src/common/model';
import { defineTool, type Tool, type ToolContext } from '../../src/common/tool';

type Equal<Left, Right> =
  (<Probe>() => Probe extends Left ? 1 : 2) extends <Probe>() => Probe extends Right ? 1 : 2 ? true : false;

/** Does not compile unless the types are equal. */
declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...equal: Equal<Expected, Actual> extends true ? [] : [never]
) => void;

const database = z.object({ url: z.string() });
const databaseAndUser = z.object({ url: z.string(), user: z.string() });

/* defineTool: the input */

defineTool({
  name: 'arguments',
  description: 'Has the arguments that its input describes.',
  input: z.object({ id: z.string(), limit: z.number().default(10), tag: z.string().optional() }),
  execute: (args) => expectType<{ id: string; limit: number; tag?: string | undefined }>()(args),
});

defineTool({
  name: 'transformed',
  description: 'Has the arguments as its input transforms them.',
  input: z.object({ since: z.string().transform((text) => new Date(text)) }),
  execute: ({ since }) => expectType<Date>()(since),
});

defineTool({
  name: 'asynchronous',
  description: 'May return a promise.',
  input: z.object({}),
  execute: async () => Promise.resolve(1),
});

defineTool({
  name: 'wrong_argument',
  description: 'Uses an argument that its input does not have.',
  input: z.object({ id: z.string() }),
  // @ts-expect-error there is no `name` among the arguments
  execute: ({ name }) => String(name),
});

defineTool({
  name: 'no_object',
  description: 'Has an input that is no object.',
  // @ts-expect-error the input of a tool is an object
  input: z.string(),
  execute: () => null,
});

// @ts-expect-error a tool does something
defineTool({ name: 'no_execute', description: 'Does nothing.', input: z.object({}) });

defineTool({
  name: 'unknown_option',
  description: 'Has an option that does not exist.',
  input: z.object({}),
  execute: () => null,
  // @ts-expect-error the option is called `retries`
  retry: 3,
});

defineTool({
  name: 'no_duration',
  description: 'Has a timeout that is no duration.',
  input: z.object({}),
  execute: () => null,
  // @ts-expect-error 'soon' is no duration
  timeout: 'soon',
});

/* defineTool: the deps */

const needsNothing = defineTool({
  name: 'needs_nothing',
  description: 'Has deps that it knows nothing of.',
  input: z.object({}),
  execute: (_, context) => {
    expectType<ToolContext>()(context);
    expectType<unknown>()(context.deps);
    // @ts-expect-error unknown deps have no `url`
    String(context.deps.url);
  },
});
expectType<Tool<unknown>>()(needsNothing);

const needsDatabase = defineTool({
  name: 'needs_database',
  description: 'Has the deps that its schema describes.',
  input: z.object({ id: z.string() }),
  deps: database,
  execute: ({ id }, { deps }) => {
    expectType<string>()(id);
    expectType<{ url: string }>()(deps);
    // @ts-expect-error the deps have no `user`
    String(deps.user);
  },
});
expectType<Tool<{ url: string }>>()(needsDatabase);

/* Tool: variance. A tool fits wherever at least the deps that it needs are given. */

export const anyTools: readonly Tool[] = [needsNothing, needsDatabase];
export const fitsAnyDeps: Tool<{ user: string }> = needsNothing;
export const fitsMoreDeps: Tool<{ url: string; user: string }> = needsDatabase;
// @ts-expect-error it would be called without the deps that it needs
export const fitsFewerDeps: Tool<{ user: string }> = needsDatabase;
// @ts-expect-error it would be called with deps that nobody knows
export const fitsUnknownDeps: Tool<unknown> = needsDatabase;
// @ts-expect-error a tool of unknown needs cannot be offered deps of one's own
export const fitsFromAny: Tool<{ url: string }> = anyTools[0] ?? needsNothing;

/* defineAgent: the output */

const text = defineAgent({ name: 'text', model: 'openai:gpt-5-mini' });
expectType<Agent<string, undefined, 'text'>>()(text);
expectType<string>()(outputOf(text));

const structured = defineAgent({
  name: 'structured',
  model: 'openai:gpt-5-mini',
  output: z.object({ answer: z.string(), refund: z.boolean().default(false) }),
});
expectType<{ answer: string; refund: boolean }>()(outputOf(structured));

const list = defineAgent({ name: 'list', model: 'openai:gpt-5-mini', output: z.array(z.number()) });
expectType<number[]>()(outputOf(list));

const transformed = defineAgent({
  name: 'transformed',
  model: 'openai:gpt-5-mini',
  output: z.object({ n: z.string() }).transform(({ n }) => Number(n)),
});
expectType<number>()(outputOf(transformed));

// @ts-expect-error the output of this agent is a text
export const wrongOutput: OutputOf<typeof text> = 5;

// @ts-expect-error a JSON Schema is no zod schema
defineAgent({ name: 'json_schema', model: 'openai:gpt-5-mini', output: { type: 'object' } });

/* defineAgent: the deps and the tools */

const withDeps = defineAgent({
  name: 'with_deps',
  model: 'openai:gpt-5-mini',
  deps: databaseAndUser,
  tools: [needsNothing, needsDatabase],
});
expectType<{ url: string; user: string }>()(depsOf(withDeps));
expectType<string>()(outputOf(withDeps));

const withoutDeps = defineAgent({
  name: 'without_deps',
  model: 'openai:gpt-5-mini',
  tools: [needsNothing],
});
expectType<Agent<string, undefined, 'without_deps'>>()(withoutDeps);
export const noDeps: DepsOf<typeof withoutDeps> = undefined;
// @ts-expect-error this agent takes no deps
export const someDeps: DepsOf<typeof withoutDeps> = { url: 'x' };

defineAgent({
  name: 'lacks_deps',
  model: 'openai:gpt-5-mini',
  // @ts-expect-error the tool needs deps, and this agent has none
  tools: [needsDatabase],
});

defineAgent({
  name: 'other_deps',
  model: 'openai:gpt-5-mini',
  deps: z.object({ user: z.string() }),
  // @ts-expect-error the tool needs a `url`, and the deps of this agent have none
  tools: [needsNothing, needsDatabase],
});

defineAgent({
  name: 'wrong_deps',
  model: 'openai:gpt-5-mini',
  deps: z.object({ url: z.number() }),
  // @ts-expect-error the tool needs a `url` that is a text
  tools: [needsDatabase],
});

defineAgent({
  name: 'no_tool',
  model: 'openai:gpt-5-mini',
  // @ts-expect-error a function is no tool
  tools: [() => null],
});

/* defineAgent: the name, the model, the options */

expectType<'text'>()(text.name);
expectType<'structured'>()(structured.name);

declare const someName: string;
expectType<Agent<string, undefined>>()(defineAgent({ name: someName, model: 'openai:gpt-5-mini' }));

declare const someModel: Model;
defineAgent({ name: 'own_model', model: someModel });

// @ts-expect-error an agent has a name
defineAgent({ model: 'openai:gpt-5-mini' });

// @ts-expect-error an agent has a model
defineAgent({ name: 'no_model' });

// @ts-expect-error a model can be asked
defineAgent({ name: 'half_model', model: { name: 'mine' } });

// @ts-expect-error the option is called `modelTimeout`
defineAgent({ name: 'unknown_option', model: 'openai:gpt-5-mini', timeout: '1m' });

// @ts-expect-error there is no limit of that name
defineAgent({ name: 'unknown_limit', model: 'openai:gpt-5-mini', usageLimits: { tokens: 1 } });

// @ts-expect-error there is no setting of that name
defineAgent({ name: 'unknown_setting', model: 'openai:gpt-5-mini', modelSettings: { heat: 1 } });

/* Agent: any agent fits where only an agent is asked for, and keeps its types. */

export const anyAgents: readonly Agent[] = [text, structured, list, transformed, withDeps, withoutDeps];
expectType<unknown>()(outputOf(anyAgents[0] ?? text));
export const oneOutput: Agent<{ answer: string }> = structured;
// @ts-expect-error the output of this agent has no `url`
export const otherOutput: Agent<{ url: string }> = structured;
// @ts-expect-error an agent cannot be changed
text.name = 'text';
// @ts-expect-error its tools cannot be changed
text.tools.length = 0;

declare function outputOf<A extends Agent>(agent: A): OutputOf<A>;
declare function depsOf<A extends Agent>(agent: A): DepsOf<A>;
