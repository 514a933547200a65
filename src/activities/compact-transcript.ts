import { Context } from '@temporalio/activity';
import type { Agent } from '../common/agent';
import { type CompactionContext, type CompactionStrategy, strategyName } from '../common/compaction';
import { jsonBytes } from '../common/json';
import type { ModelMessage, ModelResponse } from '../common/messages';
import type { Model } from '../common/model';
import { packMessages } from '../common/packed-messages';
import { fittingSize } from '../common/payload-size';
import { compactedAddress, targetOf } from '../common/transcript';
import type { CompactionInput, CompactionResult, RunRequest } from '../common/wire';
import { acceptResponse } from './accept-response';
import { askModel } from './ask-model';
import { type AskForSummary, compact, type CompactionSituation } from './compact-messages';
import { type CompactionBudget, compactionBudgetOf, contextWindowOf } from './context-window';
import { currentRun, type CurrentRun, whileAlive } from './current-run';
import { depsOf } from './deps';
import { drawRecordId } from './record-id';
import { type Services, servedAgent } from './services';
import { runSoFar } from './transcripts';

/** The activity that shortens a transcript: what it returns is read from then on in place of the messages until then. */
export function compactTranscriptActivity(services: Services) {
  return (input: CompactionInput): Promise<CompactionResult> =>
    whileAlive(() => compactTranscript(services, input));
}

interface Compacting {
  readonly services: Services;
  readonly run: CurrentRun;
  readonly agent: Agent;
  readonly model: Model;
  readonly request: RunRequest;
  readonly strategy: CompactionStrategy<never>;
}

async function compactTranscript(services: Services, input: CompactionInput): Promise<CompactionResult> {
  const { cache, registry, room } = services;
  const run = currentRun(input.turn);
  const agent = servedAgent(registry, run.agent);
  const { request, messages } = await runSoFar(cache, run, input.transcript);
  const model = registry.modelOf(agent, request.model);
  const strategy = agent.compaction?.strategy;
  const budget = compactionBudgetOf(agent, model);
  if (strategy === undefined || budget === undefined) throw noCompaction(agent);
  const compacting = { services, run, agent, model, request, strategy };
  const situation = await toSituation(compacting, budget, input.tokens);
  const { messages: left, dropped, kept, tokens, usage } = await compact(strategy, messages, situation);
  const result: CompactionResult = {
    id: drawRecordId(),
    ...(dropped.length === 0 ? {} : { messages: packMessages(left) }),
    length: left.length,
    tokens,
    dropped: dropped.reduce((sum, [from, to]) => sum + to - from, 0),
    ranges: dropped,
    kept,
    strategy: strategyName(strategy),
    ...(usage === undefined ? {} : { usage }),
  };
  fittingSize(result, `the compacted messages of agent '${agent.name}'`, room);
  if (result.messages === undefined) return result;
  const address = compactedAddress(targetOf(input.transcript), result);
  cache.keepCompacted(run.key, { address, messages: left }, jsonBytes(left));
  return result;
}

/** Another worker has it, or had it when the run began. */
function noCompaction({ name }: Agent): Error {
  return new Error(`this worker's agent '${name}' has no compaction (yet)`);
}

async function toSituation(
  compacting: Compacting,
  { budget, target }: CompactionBudget,
  tokens: number,
): Promise<CompactionSituation> {
  const { agent, strategy } = compacting;
  const summarizer = summarizerOf(compacting);
  const window =
    isSummarize(strategy) && strategy.model !== undefined ? contextWindowOf(summarizer) : undefined;
  return {
    name: `compaction of agent '${agent.name}'`,
    budget,
    target,
    tokens,
    ask: askerOf(compacting, summarizer),
    ...(window === undefined ? {} : { askBudget: window }),
    context: await toContext(compacting),
  };
}

function summarizerOf({ services, agent, model, strategy }: Compacting): Model {
  if (!isSummarize(strategy) || strategy.model === undefined) return model;
  return services.registry.modelOf(agent, strategy.model);
}

/** One request without tools. */
function askerOf({ services, strategy }: Compacting, model: Model): AskForSummary {
  return async (messages: readonly ModelMessage[], instructions: string): Promise<ModelResponse> => {
    const maxTokens = isSummarize(strategy) ? strategy.maxTokens : undefined;
    const answer = await askModel(model, () =>
      model.request(messages, {
        settings: { ...model.settings, ...(maxTokens === undefined ? {} : { maxTokens }) },
        instructions,
        tools: [],
        outputTools: [],
        builtinTools: [],
        allowTextOutput: true,
        signal: Context.current().cancellationSignal,
      }),
    );
    return services.prices.withCost(model, acceptResponse(answer, messages));
  };
}

async function toContext({
  run,
  agent,
  model,
  request,
}: Compacting): Promise<CompactionSituation['context']> {
  return {
    deps: await depsOf(agent, request),
    runId: run.runId,
    conversationId: request.conversationId ?? run.workflowId,
    model: model.name,
    signal: Context.current().cancellationSignal,
  } satisfies Omit<CompactionContext, 'budget' | 'target' | 'tokens'>;
}

function isSummarize(
  strategy: CompactionStrategy<never>,
): strategy is Extract<typeof strategy, { kind: 'summarize' }> {
  return typeof strategy === 'object' && strategy.kind === 'summarize';
}
