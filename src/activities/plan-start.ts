import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import { type ModelMessage, type ModelResponse, toolCallsOf } from '../common/messages';
import type { Model } from '../common/model';
import type { PayloadRoom } from '../common/payload-size';
import { hasOpenCalls, repairMessages } from '../common/repair';
import { MAX_MODEL_NAME_LENGTH, MAX_TOOL_CALLS_PER_RESPONSE } from '../common/size-limits';
import type { RunRequest, StartPlan } from '../common/wire';
import type { CurrentRun } from './current-run';
import { judgeResponse } from './judge-response';
import { toOffer } from './offer';
import { toRunContext } from './run-context';

interface Start {
  readonly run: CurrentRun;
  readonly agent: Agent;
  readonly model: Model;
  readonly request: RunRequest;
  /** Not empty. */
  readonly history: readonly ModelMessage[];
  /** Whether the run has instructions. */
  readonly instructed: boolean;
  readonly room: PayloadRoom;
}

/** What earlier messages and the prompt mean together. */
export async function planStart(start: Start): Promise<StartPlan> {
  const { agent, request, history, instructed } = start;
  const last = history.at(-1);
  const prompted = request.prompt !== undefined;
  if (last?.kind !== 'response') {
    if (!prompted) assertSaysSomething(start);
    return { kind: prompted ? 'ask' : 'resend', history: history.length };
  }
  const open = toolCallsOf(last).length > 0 && hasOpenCalls(last, []);
  if (prompted && open && last.state !== 'interrupted') throw unprocessedCalls(agent);
  if (prompted || (!open && instructed)) return { kind: 'ask', history: history.length };
  assertCanBeCarriedOut(last, agent);
  return decide(start, last);
}

/** A request of nothing but results that answer no call is dropped before it is sent. */
function assertSaysSomething({ agent, history }: Start): void {
  if (repairMessages(history).at(-1)?.kind === 'request') return;
  throw new UserError(
    `run of agent '${agent.name}': the last request of the message history only answers calls that no message before it makes; give a prompt`,
  );
}

/** What a model answers is bounded when it is accepted; the commands of one workflow task have to be. */
function assertCanBeCarriedOut(response: ModelResponse, { name }: Agent): void {
  const calls = toolCallsOf(response);
  const isLong = calls.some(({ toolCallId }) => toolCallId.length > MAX_MODEL_NAME_LENGTH);
  if (calls.length <= MAX_TOOL_CALLS_PER_RESPONSE && !isLong) return;
  throw new UserError(
    `run of agent '${name}': the last response of the message history has ${calls.length} tool calls; at most ` +
      `${MAX_TOOL_CALLS_PER_RESPONSE}, with ids of up to ${MAX_MODEL_NAME_LENGTH} characters, are carried out`,
  );
}

async function decide(
  { run, agent, model, request, history, room }: Start,
  response: ModelResponse,
): Promise<StartPlan> {
  const input = { transcript: { base: { length: 0, version: '' }, append: [] } };
  const context = await toRunContext({ run, agent, model, request, messages: history, input });
  const offer = await toOffer(agent, request, context);
  const verdicts = await judgeResponse({ agent, offer, context, room }, response);
  return { kind: 'decide', history: history.length, answer: { response, ...verdicts } };
}

function unprocessedCalls({ name }: Agent): UserError {
  return new UserError(
    `run of agent '${name}': cannot provide a new user prompt when the message history contains unprocessed tool calls`,
  );
}
