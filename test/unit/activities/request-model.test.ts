import { z } from 'zod';
import { requestModelActivity } from '../../../src/activities/request-model';
import { type Agent, defineAgent } from '../../../src/common/agent';
import { dropToolResults } from '../../../src/common/compaction';
import { UserError } from '../../../src/common/errors';
import { jsonBytes } from '../../../src/common/json';
import type { ModelResponse } from '../../../src/common/messages';
import type { Model } from '../../../src/common/model';
import { MAX_PAYLOAD_BYTES } from '../../../src/common/size-limits';
import { EMPTY_TRANSCRIPT } from '../../../src/common/transcript';
import type { BegunRun, RequestBounds, RunRequest } from '../../../src/common/wire';
import { inRunOf, RUN_KEY, servicesFor } from '../../support/in-run';
import { response, said } from '../../support/messages';

const INPUT = { transcript: { base: EMPTY_TRANSCRIPT, append: [{ input: true }] } } as const;

/** A model that counts how often it is asked. */
class Counting implements Model {
  readonly name = 'counting';
  asked = 0;

  constructor(readonly answer = response(said('hi'))) {}

  request() {
    this.asked += 1;
    return Promise.resolve(this.answer);
  }
}

function boundsOf({ modelTimeout, modelMaximumAttempts, heartbeatTimeout }: Agent): RequestBounds {
  return {
    timeout: modelTimeout,
    maximumAttempts: modelMaximumAttempts,
    heartbeatTimeout,
  };
}

interface Beginning {
  readonly agent?: object;
  readonly bounds?: Partial<RequestBounds>;
  readonly answer?: ModelResponse;
}

interface Begun {
  readonly run: BegunRun;
  readonly asked: number;
}

async function begin(
  request: RunRequest,
  { agent: more = {}, bounds = {}, answer }: Beginning = {},
): Promise<Begun> {
  const model = new Counting(answer);
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

  it.each<[string, RunRequest]>([
    ['no prompt', {}],
    ['bad deps', { prompt: 'hello', deps: 'none' }],
    ['an output that nobody knows', { prompt: 'hello', outputType: 'poem' }],
  ])('leaves it to the run to say what is wrong: %s', async (_what, request) => {
    const { run, asked } = await begin(request, { agent: { deps: z.object({}).optional() } });
    expect(run).toEqual({});
    expect(asked).toBe(0);
  });

  it('returns an answer alone that has no room beside the manifest', async () => {
    const answer = response(said('x'.repeat(MAX_PAYLOAD_BYTES - 250)));
    const { run } = await begin({ prompt: 'hello' }, { answer });
    expect(Object.keys(run)).toEqual(['answer']);
    expect(jsonBytes(run.answer)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
  });

  it('is tried again where an agent is not served that was served before', async () => {
    const agent = defineAgent({ name: 'greeter', model: new Counting() });
    const others = servicesFor([defineAgent({ name: 'other', model: new Counting() })]);
    others.cache.keepRequest(RUN_KEY, { request: { prompt: 'hello' } }, 1);
    const ask = (attempt: number) =>
      inRunOf(agent, () => requestModelActivity(others)({ ...INPUT, begin: boundsOf(agent) }), { attempt });
    expect(await ask(1)).toEqual({});
    const again: unknown = await ask(2).catch((error: unknown) => error);
    expect(again).not.toBeInstanceOf(UserError);
    expect(again).toMatchObject({ message: "this worker does not serve agent 'greeter' (yet)" });
  });
});
