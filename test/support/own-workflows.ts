// The workflows of a user who has some of their own, and lets a worker serve agents beside them.
import { executeChild, proxyActivities } from '@temporalio/workflow';

export { runAgent as default } from 'perdure/workflows';

const { greet } = proxyActivities<{ greet(name: string): Promise<string> }>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

/** Gives an agent, as a child workflow, what an activity says: an agent's workflow type is its name. */
export async function greetAgent(name: string): Promise<unknown> {
  const prompt = await greet(name);
  const { output } = await executeChild<(prompt: string) => Promise<{ output: unknown }>>('parrot', {
    args: [prompt],
  });
  return output;
}
