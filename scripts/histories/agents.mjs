// The agents whose runs and conversations record-histories.mjs records. Each model decides from the messages alone: any
// process can go on.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, defineTool, keepLast, ModelRequestError, ModelRetry, ToolFailed } from 'perdure';
import { functionModel } from 'perdure/testing';
import { z } from 'zod';

const answered = (messages) => messages.filter(({ kind }) => kind === 'response').length;

/** Gives one answer after the other. */
const following = (...answers) => functionModel((messages) => answers[answered(messages)]);

const number = defineTool({
  name: 'number',
  description: 'Gives a number back.',
  input: z.object({ value: z.number() }),
  execute: ({ value }, { retry }) => {
    if (value < 0) throw new ToolFailed('there are no negative numbers here');
    if (value === 0 && retry === 0) throw new ModelRetry('not zero, please');
    return value;
  },
});

const slow = defineTool({
  name: 'slow',
  description: 'Takes its time.',
  input: z.object({ seconds: z.number() }),
  execute: async ({ seconds }, { signal }) => {
    process.send?.('slow tool runs');
    await sleep(seconds * 1_000, undefined, { signal });
    return 'done';
  },
});

const large = defineTool({
  name: 'large',
  description: 'Returns more than can be recorded.',
  input: z.object({}),
  execute: () => 'x'.repeat(2_000_000),
});

const walk = defineTool({
  name: 'walk',
  description: 'Takes a step.',
  input: z.object({ step: z.number(), scenery: z.number() }),
  execute: ({ step, scenery }) => `at ${step}${' and on'.repeat(scenery)}`,
});

const numbers = (...values) => values.map((value) => ({ tool: 'number', args: { value } }));

const pause = (seconds) => [{ tool: 'slow', args: { seconds } }];

const isPrompt = ({ kind }) => kind === 'user-prompt';

/** Does what the user said last: `walk 3` takes three steps, `wait` an hour; anything else is answered. */
function obey(messages, scenery = 0) {
  const asked = messages.findLastIndex(({ parts }) => parts.some(isPrompt));
  const said = String(messages[asked]?.parts.find(isPrompt).content);
  const done = messages
    .slice(asked)
    .flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'tool-return')).length;
  const [, steps = 0] = /^walk (\d+)/.exec(said) ?? [];
  if (done < Number(steps)) {
    return [{ tool: 'walk', args: { step: done + 1, scenery: done === 0 ? scenery : 0 } }];
  }
  return said === 'wait' && done === 0 ? pause(3_600) : `You said: ${said}`;
}

/** Some 7 characters for each bit of scenery along the first step. */
const walker = (name, { scenery = 0, ...options } = {}) =>
  defineAgent({
    name,
    tools: [walk, slow],
    model: functionModel((messages) => obey(messages, scenery)),
    usageLimits: { requestLimit: null },
    ...options,
  });

const SOON = { rollOver: { historyEvents: 15 } };

/** The rest of a run whose front the model does not see any more. */
const farther = functionModel((messages) => {
  const steps = messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'tool-return'));
  const [, last = 0] = /^at (\d+)/.exec(String(steps.at(-1)?.content)) ?? [];
  return Number(last) < 12 ? [{ tool: 'walk', args: { step: Number(last) + 1, scenery: 300 } }] : 'There.';
});

const COMPACTING = { compaction: { strategy: keepLast({ messages: 4 }), contextTokens: 6_000 } };

export const AGENTS = [
  defineAgent({ name: 'text', model: following('Hello!') }),
  defineAgent({
    name: 'tools',
    tools: [number],
    model: following(
      numbers(1, 0, -1),
      [...numbers(2), { tool: 'number', args: { value: 'three' } }, { tool: 'invented' }],
      'That was 1, 2 and not 3.',
    ),
    retries: { tools: 3 },
  }),
  defineAgent({
    name: 'structured',
    output: z.object({ sum: z.number() }),
    model: following(
      [{ tool: 'final_result', args: { sum: 'three' } }],
      [{ tool: 'final_result', args: { sum: 3 } }],
    ),
  }),
  defineAgent({
    name: 'limited',
    tools: [number],
    model: following(numbers(1), numbers(2), 'Never said.'),
    usageLimits: { requestLimit: 2 },
  }),
  defineAgent({ name: 'killed-worker', tools: [slow], model: following(pause(2), 'Done at last.') }),
  defineAgent({ name: 'cancelled', tools: [slow], model: following(pause(60), 'Never said.') }),
  defineAgent({ name: 'oversize', tools: [large], model: following([{ tool: 'large' }], 'Never said.') }),
  defineAgent({ name: 'begun', tools: [number], model: following(numbers(1), 'That was 1.') }),
  defineAgent({
    name: 'begun-failed',
    model: functionModel(() => {
      throw new ModelRequestError('It says nothing.', { model: 'function', retryable: false });
    }),
  }),
  walker('walker', SOON),
  walker('loaded', { scenery: 90_000, ...SOON }),
  walker('compacted', { model: farther, ...COMPACTING }),
  walker('handed-on-compacted', { model: farther, ...COMPACTING, rollOver: { historyEvents: 60 } }),
  walker('talker'),
];
