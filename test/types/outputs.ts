// Compiled, never run: the types of outputs and of an agent's own functions. See definitions.ts for how to read it.
import { z } from 'zod';
import { type Agent, defineAgent, type DepsOf, type OutputOf } from '../../src/common/agent';
import type { ModelMessage } from '../../src/common/messages';
import type { ToolDescription } from '../../src/common/model';
import { nativeOutput, promptedOutput, textOutput, toolOutput } from '../../src/common/output';
import type { RunContext } from '../../src/common/run-context';
import { defineTool } from '../../src/common/tool';
import { ToolReturn } from '../../src/common/tool-return';

type Equal<Left, Right> =
  (<Probe>() => Probe extends Left ? 1 : 2) extends <Probe>() => Probe extends Right ? 1 : 2 ? true : false;

/** Does not compile unless the types are equal. */
declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...equal: Equal<Expected, Actual> extends true ? [] : [never]
) => void;

declare function outputOf<A extends Agent>(agent: A): OutputOf<A>;
declare function depsOf<A extends Agent>(agent: A): DepsOf<A>;

const MODEL = 'openai:gpt-5-mini';
const refund = z.object({ amount: z.number() });
const lines = z.array(z.string());
const account = z.object({ tenant: z.string() });

/* The output: several by name */

const several = defineAgent({ name: 'several', model: MODEL, output: { refund, lines, text: z.string() } });
expectType<{ amount: number } | string[] | string>()(outputOf(several));

const oneByName = defineAgent({ name: 'one', model: MODEL, output: { refund } });
expectType<{ amount: number }>()(outputOf(oneByName));

// @ts-expect-error none of the outputs is a number
export const noneOfThem: OutputOf<typeof several> = 5;

// @ts-expect-error what is named is a schema
defineAgent({ name: 'no_schema', model: MODEL, output: { refund: 'refund' } });

/* The output: how the model is asked for it */

const byTool = defineAgent({ name: 'by_tool', model: MODEL, output: toolOutput(refund, { name: 'decide' }) });
expectType<{ amount: number }>()(outputOf(byTool));

const severalByTool = defineAgent({ name: 'by_tool', model: MODEL, output: toolOutput({ refund, lines }) });
expectType<{ amount: number } | string[]>()(outputOf(severalByTool));

const native = defineAgent({ name: 'native', model: MODEL, output: nativeOutput({ refund, lines }) });
expectType<{ amount: number } | string[]>()(outputOf(native));

const prompted = defineAgent({
  name: 'prompted',
  model: MODEL,
  output: promptedOutput(
    lines.transform((all) => all.length),
    { template: '{schema}' },
  ),
});
expectType<number>()(outputOf(prompted));

// @ts-expect-error a template is for prompted outputs
toolOutput(refund, { template: '{schema}' });
// @ts-expect-error a prompted output has no tool to be named
promptedOutput(refund, { name: 'decide' });
// @ts-expect-error an output is made by a schema
nativeOutput({ type: 'object' });

/* The output: a function of the text */

const counted = defineAgent({ name: 'counted', model: MODEL, output: textOutput((text) => text.length) });
expectType<number>()(outputOf(counted));

const fetched = defineAgent({
  name: 'fetched',
  model: MODEL,
  output: textOutput(async (text) => Promise.resolve({ text })),
});
expectType<{ text: string }>()(outputOf(fetched));

textOutput((text, context: RunContext<{ tenant: string }>) => {
  expectType<string>()(text);
  expectType<{ tenant: string }>()(context.deps);
  return text;
});

const tenantOutput = textOutput(
  (text, { deps }: RunContext<{ tenant: string }>) => `${deps.tenant}: ${text}`,
);
const ofTenant = defineAgent({ name: 'of_tenant', model: MODEL, deps: account, output: tenantOutput });
expectType<string>()(outputOf(ofTenant));

// @ts-expect-error the function needs deps, and this agent has none
defineAgent({ name: 'of_nobody', model: MODEL, output: tenantOutput });

defineAgent({
  name: 'of_others',
  model: MODEL,
  deps: z.object({ user: z.string() }),
  // @ts-expect-error the function needs a `tenant`
  output: tenantOutput,
});

// @ts-expect-error the function is given a text
textOutput((text: number) => text);

/* Output validators: they are given the output, and give one back */

defineAgent({
  name: 'validated',
  model: MODEL,
  deps: account,
  output: { refund, lines },
  outputValidators: [
    (output, context) => {
      expectType<{ amount: number } | string[]>()(output);
      expectType<RunContext<{ tenant: string }>>()(context);
      return output;
    },
    async (output) => Promise.resolve(output),
  ],
});

defineAgent({
  name: 'validated_text',
  model: MODEL,
  outputValidators: [
    (output, { deps }) => {
      expectType<string>()(output);
      expectType<undefined>()(deps);
      return output.trim();
    },
  ],
});

defineAgent({
  name: 'validated_function',
  model: MODEL,
  output: textOutput((text) => text.length),
  outputValidators: [(output) => output + 1],
});

defineAgent({
  name: 'wrong_validator',
  model: MODEL,
  output: refund,
  // @ts-expect-error a validator gives back an output of the same shape
  outputValidators: [(output) => output.amount],
});

defineAgent({
  name: 'wrong_validator_input',
  model: MODEL,
  output: refund,
  // @ts-expect-error the output is no text
  outputValidators: [(output: string) => output],
});

/* Instructions and history processors: the deps of the agent */

const told = defineAgent({
  name: 'told',
  model: MODEL,
  deps: account,
  instructions: [
    'Help.',
    ({ deps, usage, runStep }) => {
      expectType<{ tenant: string }>()(deps);
      return `${deps.tenant} ${usage.requests} ${runStep}`;
    },
    () => undefined,
    async ({ messages }) => {
      expectType<readonly ModelMessage[]>()(messages);
      return Promise.resolve('Now.');
    },
  ],
  historyProcessors: [
    (messages, { deps }) => {
      expectType<readonly ModelMessage[]>()(messages);
      expectType<{ tenant: string }>()(deps);
      return messages.slice(-10);
    },
  ],
});
expectType<{ tenant: string }>()(depsOf(told));

defineAgent({ name: 'told_once', model: MODEL, deps: account, instructions: ({ deps }) => deps.tenant });

defineAgent({
  name: 'told_wrong',
  model: MODEL,
  deps: account,
  // @ts-expect-error the deps have no `user`
  instructions: ({ deps }) => String(deps.user),
});

// @ts-expect-error an agent without deps has none to tell of
defineAgent({ name: 'told_nothing', model: MODEL, instructions: ({ deps }) => String(deps.tenant) });

// @ts-expect-error instructions are a text
defineAgent({ name: 'told_number', model: MODEL, instructions: () => 5 });

// @ts-expect-error a history processor returns messages
defineAgent({ name: 'processed', model: MODEL, historyProcessors: [() => 'shorter'] });

/* prepare: the deps of the tool */

const prepared = defineTool({
  name: 'prepared',
  description: 'Is offered to some.',
  input: z.object({}),
  deps: account,
  execute: () => null,
  prepare: ({ deps }, tool) => {
    expectType<{ tenant: string }>()(deps);
    expectType<ToolDescription>()(tool);
    return deps.tenant === 'a' ? { ...tool, description: 'Is offered to a.' } : undefined;
  },
});
defineAgent({ name: 'offers', model: MODEL, deps: account, tools: [prepared] });

// @ts-expect-error the tool's `prepare` needs deps, and this agent has none
defineAgent({ name: 'offers_without', model: MODEL, tools: [prepared] });

defineTool({
  name: 'wrong_prepare',
  description: 'Is described by a text.',
  input: z.object({}),
  execute: () => null,
  // @ts-expect-error a tool is described by its name, description and parameters
  prepare: () => 'described',
});

/* ToolReturn */

defineTool({
  name: 'returns_more',
  description: 'Has more to say than its value.',
  input: z.object({}),
  execute: () =>
    new ToolReturn({
      value: 1,
      content: [{ kind: 'image-url', url: 'https://example.com/a.png' }],
      metadata: { rows: 3 },
    }),
});

// @ts-expect-error what the model reads is text, or a list of contents
new ToolReturn({ value: 1, content: { kind: 'text', text: 'x' } });
// @ts-expect-error metadata is JSON
new ToolReturn({ value: 1, metadata: new Map() });
// @ts-expect-error a tool returns something
new ToolReturn({ content: 'look' });

/* The ends of a run */

defineAgent({ name: 'ends', model: MODEL, endStrategy: 'exhaustive', onLimit: 'final-answer' });
// @ts-expect-error there is no such strategy
defineAgent({ name: 'ends_late', model: MODEL, endStrategy: 'late' });
// @ts-expect-error a run cannot pause at a limit yet
defineAgent({ name: 'pauses', model: MODEL, onLimit: 'pause' });
