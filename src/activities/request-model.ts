import { activityInfo } from '@temporalio/activity';
import { asksFirst, isBoundedAs } from '../common/first-request';
import { jsonBytes } from '../common/json';
import type {
  AgentManifest,
  BegunRun,
  ModelRequestInput,
  ModelRequestResult,
  RequestBounds,
} from '../common/wire';
import { callModel } from './call-model';
import { currentRun, whileAlive } from './current-run';
import { resolveAgent } from './resolve-agent';
import { type Services, servedAgent } from './services';
import { storeResult } from './store-result';
import { runSoFar } from './transcripts';

/** The activity that makes one request to a model. The first one of a run may have its agent resolved as well. */
export function requestModelActivity(services: Services) {
  return (input: ModelRequestInput): Promise<ModelRequestResult | BegunRun> =>
    whileAlive(async () => {
      const { begin } = input;
      const result = begin === undefined ? callModel(services, input) : resolveAndAsk(services, input, begin);
      return storeResult(services, await result);
    });
}

/** Asks the model only if the run would ask it next, and with the time-outs and attempts that the agent has here. */
async function resolveAndAsk(
  services: Services,
  input: ModelRequestInput,
  bounds: RequestBounds,
): Promise<BegunRun> {
  const run = currentRun();
  if (activityInfo().attempt > 1) servedAgent(services.registry, run.agent); // some worker had it
  const { request } = await runSoFar(services.cache, run, input.transcript);
  let manifest: AgentManifest;
  try {
    manifest = await resolveAgent(services, request);
  } catch {
    return {}; // the run resolves the agent by itself, and ends as one that cannot
  }
  if (!isBoundedAs(manifest, bounds) || !asksFirst(manifest, request)) return { manifest };
  const answer = await callModel(services, input);
  const begun = { manifest, answer };
  return jsonBytes(begun) <= services.room.bytes ? begun : { answer };
}
