import { z } from 'zod';
import { requestModelActivity } from '../../../src/activities/request-model';
import { type Agent, defineAgent } from '../../../src/common/agent';
import { dropToolResults } from '../../../src/common/compaction';
import { UserError } from '../../../src/common/errors';
import type { Model } from '../../../src/common/model';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import type { BegunRun, RequestBounds, RunRequest } from '../../../src/common/wire';
import { inRunOf, RUN_KEY, servicesFor } from '../../support/in-run';
import { response, said } from '../../support/messages';

const INPUT = { transcript: { base: EMPTY_TRANSCRIPT, append: [{ input: true }] } } as const;

/** A model that counts how often it is asked. */
class Counting implements Model {
  readonly name = 'counting';
  asked = 0;

  request() {
    this.asked += 1;
    return Promise.resolve(response(said('hi')));
  }
}

function boundsOf({ modelTimeout, modelMaximumAttempts, heartbeatTimeout }: Agent): RequestBounds {
  return {
    model: 'counting',
    timeout: modelTimeout,
    maximumAttempts: modelMaximumAttempts,
    heartbeatTimeout,
  };
}

interface Begun {
  readonly run: BegunRun;
  readonly asked: number;
}

async function begin(
  request: RunRequest,
  { agent: more = {}, bounds = {} }: { agent?: object; bounds?: Partial<RequestBounds> } = {},
): Promise<Begun> {
  const model = new Counting();
  const agent = defineAgent({ name: 'greeter', model, ...more });
  const services = servicesFor([agent]);
  services.cache.keepRequest(RUN_KEY, { request }, 1);
  const input = { ...INPUT, begin: { ...boundsOf(agent), ...bounds } };
  const run = await inRunOf(agent, () => requestModelActivity(services)(input));
  return { run: run as BegunRun, asked: model.asked }; // what begins a run leads to one
}

describe('a model request that begins a run', () => {
  it('returns the manifest of the agent and the answer', async () => {
    const { run, asked } = await begin({ prompt: 'hello' });
    expect(run.manifest).toMatchObject({ model: 'counting', usageLimits: { requestLimit: 50 } });
    expect(run.answer).toMatchObject({ id: expect.any(String), response: { parts: [said('hi')] } });
    expect(asked).toBe(1);
  });

  it.each(['timeout', 'maximumAttempts', 'heartbeatTimeout'] as const)(
    'does not ask the model when it was scheduled with another %s than the agent has',
    async (field) => {
      const { run, asked } = await begin({ prompt: 'hello' }, { bounds: { [field]: 1 } });
      expect(run).toEqual({ manifest: expect.objectContaining({ model: 'counting' }) });
      expect(asked).toBe(0);
    },
  );

  it('does not ask the model when a limit stands against it', async () => {
    const { run, asked } = await begin({ prompt: 'hello', usageLimits: { requestLimit: 0 } });
    expect(run).toEqual({ manifest: expect.objectContaining({ usageLimits: { requestLimit: 0 } }) });
    expect(asked).toBe(0);
  });

  it('does not ask the model when its prompt is to be shortened before', async () => {
    const agent = { compaction: { strategy: dropToolResults(), contextTokens: 50 } };
    const { run, asked } = await begin({ prompt: 'hello '.repeat(50) }, { agent });
    expect(run.answer).toBeUndefined();
    expect(asked).toBe(0);
  });

  it.each<[string, RunRequest, string]>([
    ['no prompt', {}, 'no message history, user prompt, or instructions provided'],
    ['bad deps', { prompt: 'hello', deps: 'none' }, 'deps'],
    ['an output that nobody knows', { prompt: 'hello', outputType: 'poem' }, 'outputType'],
  ])('refuses %s', async (_what, request, complaint) => {
    const begun = begin(request, { agent: { deps: z.object({}).optional() } });
    await expect(begun).rejects.toThrow(UserError);
    await expect(begun).rejects.toThrow(complaint);
  });
});
