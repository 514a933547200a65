// Agents that several suites need.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, type ModelMessage } from 'perdure';
import { functionModel } from 'perdure/testing';

/** Says what it was told. */
export const parrot = defineAgent({
  name: 'parrot',
  model: functionModel((messages) => `You said: ${promptOf(messages)}`),
});

/** Thinks for a minute. */
export const patient = defineAgent({
  name: 'patient',
  model: functionModel(async (_messages, { signal }) => {
    await sleep(60_000, undefined, { signal });
    return 'At last.';
  }),
});

/** The text that a run was started with. */
export function promptOf(messages: readonly ModelMessage[]): string {
  const [part] = messages[0]?.parts ?? [];
  return part?.kind === 'user-prompt' ? String(part.content) : 'nothing';
}
