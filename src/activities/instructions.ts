import type { Agent } from '../common/agent';
import type { RunContext } from '../common/run-context';
import type { RunRequest } from '../common/wire';
import { type Offer, toNativeSchema } from './offer';
import { runHook } from './run-hook';

/** What the model is told with this request: the agent's instructions, the run's, and how to write a prompted output. */
export async function instructionsOf(
  agent: Agent,
  { request, offer, context }: { request: RunRequest; offer: Offer; context: RunContext },
): Promise<string> {
  const texts: (string | undefined)[] = [];
  for (const [index, instructions] of agent.instructions.entries()) {
    const name = `instructions ${index + 1} of agent '${agent.name}'`;
    const make = (): ReturnType<Exclude<typeof instructions, string>> | string =>
      typeof instructions === 'string' ? instructions : instructions(context as RunContext<never>); // `deps` fit the agent's schema
    texts.push(await runHook(name, make));
  }
  texts.push(request.instructions, promptedSchema(agent, offer));
  return texts.filter((text) => text !== undefined && text !== '').join('\n\n');
}

function promptedSchema({ output }: Agent, { choices }: Offer): string | undefined {
  if (output.mode !== 'prompted') return undefined;
  return output.template.replaceAll('{schema}', () => JSON.stringify(toNativeSchema(choices).schema));
}
