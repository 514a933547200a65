import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import { limitByCount } from '../common/limit-checks';
import type { ModelMessage } from '../common/messages';
import type { Model, ModelRequestParameters } from '../common/model';
import { fittingSize } from '../common/payload-size';
import { repairMessages } from '../common/repair';
import type { RunContext } from '../common/run-context';
import type { ModelRequestInput, ModelRequestResult, RunRequest } from '../common/wire';
import { acceptResponse } from './accept-response';
import { askModel } from './ask-model';
import { currentRun } from './current-run';
import { instructionsOf } from './instructions';
import { judgeResponse } from './judge-response';
import { type Offer, toOffer, toToolParameters } from './offer';
import { drawRecordId } from './record-id';
import { toRunContext } from './run-context';
import { runHook } from './run-hook';
import { type Services, servedAgent } from './services';
import { runSoFar } from './transcripts';

/** The answer and what validation says about it, in one round trip. What was paid for is never asked for again. */
export async function callModel(services: Services, input: ModelRequestInput): Promise<ModelRequestResult> {
  const { cache, registry, prices, room } = services;
  const run = currentRun(input.turn);
  const agent = servedAgent(registry, run.agent);
  const { request, messages } = await runSoFar(cache, run, input.transcript);
  const model = registry.modelOf(agent, request.model);
  const context = await toRunContext({ run, agent, model, request, messages, input });
  const offer = withoutTools(await toOffer(agent, request, context), input.final === true);
  const sent = repairMessages(await processHistory(agent, context));
  const parameters = await toParameters({
    agent,
    model,
    request,
    offer,
    context,
    final: input.final === true,
  });
  const exceeded = input.final === true ? undefined : await countBefore(model, { sent, parameters, context });
  if (exceeded !== undefined) return { exceeded };
  const answer = await askModel(model, () => model.request(sent, parameters));
  const response = prices.withCost(model, acceptResponse(answer, messages));
  const verdicts = await judgeResponse({ agent, offer, context, room }, response);
  const result = { id: drawRecordId(), response, ...verdicts };
  const size = fittingSize(result, `the response of '${model.name}'`, room);
  cache.keepResult(run.key, { id: result.id, value: response }, size);
  return result;
}

/** Function tools are not offered when the model is asked for its final answer; a call of one is a call of an unknown tool. */
function withoutTools(offer: Offer, final: boolean): Offer {
  return final ? { ...offer, tools: [] } : offer;
}

async function processHistory(agent: Agent, context: RunContext): Promise<readonly ModelMessage[]> {
  let { messages } = context;
  for (const [index, process] of agent.historyProcessors.entries()) {
    const before = messages;
    const name = `history processor ${index + 1} of agent '${agent.name}'`;
    messages = await runHook(name, () => process(before, context as RunContext<never>)); // `deps` fit the agent's schema
  }
  return messages;
}

interface Asking {
  readonly agent: Agent;
  readonly model: Model;
  readonly request: RunRequest;
  readonly offer: Offer;
  readonly context: RunContext;
  readonly final: boolean;
}

async function toParameters({
  agent,
  model,
  request,
  offer,
  context,
  final,
}: Asking): Promise<ModelRequestParameters> {
  const instructions = await instructionsOf(agent, { request, offer, context });
  return {
    settings: { ...model.settings, ...agent.modelSettings, ...request.modelSettings },
    ...(instructions === '' ? {} : { instructions }),
    ...toToolParameters(agent, offer, final),
    signal: context.signal,
  };
}

/** The limit that the request would break, by the provider's own count of it. */
async function countBefore(
  model: Model,
  {
    sent,
    parameters,
    context,
  }: { sent: readonly ModelMessage[]; parameters: ModelRequestParameters; context: RunContext },
) {
  const { usage, usageLimits } = context;
  if (usageLimits.countTokensBeforeRequest !== true) return undefined;
  if (model.countTokens === undefined) {
    throw new UserError(`model '${model.name}' cannot count tokens before a request`);
  }
  const count = await askModel(model, async () => model.countTokens?.(sent, parameters) ?? 0);
  return limitByCount(usage, count, usageLimits);
}
