import { asksFirst, isBoundedAs } from '../common/first-request';
import { fittingSize } from '../common/payload-size';
import type { BegunRun, ModelRequestInput, ModelRequestResult, RequestBounds } from '../common/wire';
import { callModel } from './call-model';
import { currentRun, whileAlive } from './current-run';
import { resolveAgent } from './resolve-agent';
import type { Services } from './services';
import { storeResult } from './store-result';
import { requestOf } from './transcripts';

/** The activity that makes one request to a model. The first one of a run may have its agent resolved as well. */
export function requestModelActivity(services: Services) {
  return (input: ModelRequestInput): Promise<ModelRequestResult | BegunRun> =>
    whileAlive(async () => {
      const { begin } = input;
      const result = begin === undefined ? callModel(services, input) : beginRun(services, input, begin);
      return storeResult(services, await result);
    });
}

/** Asks the model only if the run would ask it next, and with the time-outs and attempts that the agent has here. */
async function beginRun(
  services: Services,
  input: ModelRequestInput,
  bounds: RequestBounds,
): Promise<BegunRun> {
  const request = await requestOf(services.cache, currentRun());
  const manifest = await resolveAgent(services, request);
  if (!isBoundedAs(manifest, bounds) || !asksFirst(manifest, request)) return { manifest };
  const begun = { manifest, answer: await callModel(services, input) };
  fittingSize(begun, `the response of '${manifest.model}' and the manifest of the run`, services.room);
  return begun;
}
