import { Context } from '@temporalio/activity';
import { type Agent, OUTPUT_TOOL_NAME } from '../common/agent';
import { ModelRequestError } from '../common/errors';
import type { Model, ModelRequestParameters, ToolDescription } from '../common/model';
import { fittingSize } from '../common/payload-size';
import type { ModelRequestInput, ModelRequestResult, RunRequest } from '../common/wire';
import { acceptResponse } from './accept-response';
import { currentRun, whileAlive } from './current-run';
import { judgeResponse } from './judge-response';
import { drawRecordId } from './record-id';
import { type Services, servedAgent } from './services';
import { runSoFar } from './transcripts';

/** The activity that makes one request to a model. */
export function requestModelActivity(services: Services) {
  return (input: ModelRequestInput): Promise<ModelRequestResult> =>
    whileAlive(() => callModel(services, input));
}

/** The answer and what validation says about it, in one round trip. What was paid for is never asked for again. */
async function callModel(services: Services, { transcript }: ModelRequestInput): Promise<ModelRequestResult> {
  const { cache, registry } = services;
  const run = currentRun();
  const agent = servedAgent(registry, run.agent);
  const { request, messages } = await runSoFar(cache, run, transcript);
  const model = registry.modelOf(agent, request.model);
  const answer = await ask(model, () => model.request(messages, toParameters(agent, model, request)));
  const response = acceptResponse(answer, messages);
  const result = { id: drawRecordId(), response, ...(await judgeResponse(agent, response)) };
  const size = fittingSize(result, `the response of '${model.name}'`);
  cache.keepResult(run.key, { id: result.id, value: response }, size);
  return result;
}

/** Whatever a model throws is an error of that model; what is not one of ours may be tried again. */
async function ask<Answer>(model: Model, request: () => Promise<Answer>): Promise<Answer> {
  const { cancellationSignal, cancelled } = Context.current();
  try {
    return await request();
  } catch (error) {
    if (cancellationSignal.aborted) return cancelled;
    if (error instanceof ModelRequestError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelRequestError(`${model.name}: ${reason}`, {
      model: model.name,
      retryable: true,
      cause: error,
    });
  }
}

function toParameters(agent: Agent, model: Model, request: RunRequest): ModelRequestParameters {
  const instructions = [agent.instructions, request.instructions]
    .filter((text) => text !== undefined)
    .join('\n\n');
  return {
    settings: { ...model.settings, ...agent.modelSettings, ...request.modelSettings },
    ...(instructions === '' ? {} : { instructions }),
    tools: agent.tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    outputTools: toOutputTools(agent),
    allowTextOutput: agent.output === undefined,
    signal: Context.current().cancellationSignal,
  };
}

function toOutputTools({ output }: Agent): ToolDescription[] {
  if (output === undefined) return [];
  const description = 'The final response which ends this conversation';
  return [{ name: OUTPUT_TOOL_NAME, description, parameters: output.parameters }];
}
