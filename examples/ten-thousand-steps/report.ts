import { lastWordOf } from './book';
import { Chain, type WorkflowRun } from './chain';
import { type Count, readJournal } from './journal';
import { toKibibytes, toNumber } from './screen';
import type { Result, Walk } from './walk';

/** As the history names the activity that asks a model; every other one here is the tool. */
const MODEL_ACTIVITY = 'model.request';
const TOOL_ACTIVITY = 'read_page';

/** Says what it took, by what the workers wrote down, and by the histories. */
export async function report(setting: Walk, result: Result, seconds: number): Promise<void> {
  const { client, runId, calls, journal, screen } = setting;
  const chain = await new Chain(client, runId).all();
  const { model, tools } = readJournal(journal);
  const { output, usage } = result;
  const isRight = output.pages === calls && output.lastWord === lastWordOf(calls);
  screen.fact(
    'answer',
    `${toNumber(output.pages)} pages, and the word '${output.lastWord}': ${isRight ? 'right' : 'wrong'}`,
  );
  screen.fact('tool', describe('calls made', tools, finishedIn(chain, TOOL_ACTIVITY)));
  screen.fact('model', describe('requests', model, finishedIn(chain, MODEL_ACTIVITY)));
  const largest = Math.max(...chain.map(({ bytes }) => bytes));
  screen.fact('chain', `${chain.length} workflow runs, the largest with ${toKibibytes(largest)} of history`);
  const compactions = await result.compactions();
  screen.fact('shortened', `${compactions.length} times, to what the model can read`);
  const { requests, toolCalls, totalTokens, cost } = usage;
  const price = cost === undefined ? '' : `, ${cost.toFixed(4)} dollars`;
  screen.fact(
    'usage',
    `${toNumber(requests)} requests, ${toNumber(toolCalls)} tool calls, ${toNumber(totalTokens)} tokens${price}`,
  );
  screen.fact('time', `${seconds.toFixed(1)} s, ${Math.round((seconds * 1000) / calls)} ms a step`);
}

/** What was done again although it was finished would stand in the histories twice. */
function describe(what: string, { times, different }: Count, finished: number): string {
  const again = times - different;
  const inFlight = again === 0 ? '' : `; done again, because a worker died meanwhile: ${again}`;
  return `${toNumber(different)} ${what}; finished ones repeated: ${finished - different}${inFlight}`;
}

function finishedIn(chain: readonly WorkflowRun[], type: string): number {
  return chain.reduce((sum, { finished }) => sum + (finished.get(type) ?? 0), 0);
}
