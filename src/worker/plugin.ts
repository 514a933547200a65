import { SimplePlugin } from '@temporalio/plugin';
import type { BundleOptions, ReplayWorkerOptions, Worker, WorkerOptions } from '@temporalio/worker';
import { z } from 'zod';
import {
  AgentRegistry,
  createActivities,
  DEFAULT_TRANSCRIPT_CACHE_SIZE,
  type Models,
  PriceList,
  type Prices,
  SearchAttributeCheck,
  type Services,
  TranscriptCache,
} from '../activities';
import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import { isModel, type Model } from '../common/model';
import { parseOptions } from '../common/options';
import { whileWorkerRuns } from '../common/workers-on-thread';
import { packageFile } from '../package-file';
import {
  type LargePayloadOptions,
  largePayloadOptions,
  type LargePayloadSettings,
  resolveLargePayloads,
  roomOf,
  withLargePayloads,
} from '../storage';
import { buildIdOfPackage } from './build-id';
import { createSinks } from './create-sinks';
import { WORKER_DEFAULTS } from './defaults';

export interface PluginOptions extends LargePayloadOptions {
  /** What this worker serves: at least one, each name once. */
  readonly agents: readonly Agent[];
  /** Models by the names that agents use, beside `openai:NAME` and `openai-chat:NAME`. */
  readonly models?: Models;
  /** US dollars for a million tokens, by model name; they go before the built-in table of `@pydantic/genai-prices`. */
  readonly prices?: Prices;
  /** What the transcripts that the worker remembers may take of its memory, about, in bytes. @default 128 MiB */
  readonly transcriptCacheSize?: number;
}

const price = z.number().min(0);

const priceSchema = z.strictObject({
  input: price,
  output: price,
  cacheRead: price.optional(),
  cacheWrite: price.optional(),
});

const pluginOptions = z.strictObject({
  agents: z
    .array(z.custom<Agent>(isAgent, { error: 'expected an agent made by defineAgent' }))
    .min(1, { error: 'expected at least one agent' }),
  models: z
    .record(
      z.string(),
      z.custom<Model>(isModel, {
        error: 'expected a model, as openAIResponsesModel or functionModel make one',
      }),
    )
    .optional(),
  prices: z.record(z.string(), priceSchema).optional() as unknown as z.ZodType<Prices | undefined>, // zod writes `undefined` into optional keys' types
  transcriptCacheSize: z.int().min(1).default(DEFAULT_TRANSCRIPT_CACHE_SIZE),
  ...largePayloadOptions,
});

function isAgent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'tools' in value && 'model' in value;
}

/**
 * Lets a Temporal worker of your own serve agents: `Worker.create({ plugins: [perdurePlugin({ agents })], … })`. A
 * worker with workflows of its own adds ours to their file: `export { runAgent as default } from 'perdure/workflows'`.
 * @throws {UserError} for a mistake in the options, naming the field.
 */
export function perdurePlugin(options: PluginOptions): SimplePlugin {
  return new PerdurePlugin(options);
}

class PerdurePlugin extends SimplePlugin {
  /** What the workers that share this plugin share. */
  readonly #services: Omit<Services, 'room' | 'searchAttributes'>;
  readonly #large: LargePayloadSettings;

  constructor(options: PluginOptions) {
    super({ name: 'perdure' });
    const { agents, models, prices, transcriptCacheSize, ...large } = parseOptions(
      pluginOptions,
      options,
      'worker options',
    );
    const registry = new AgentRegistry(agents, models);
    const cache = new TranscriptCache(transcriptCacheSize);
    this.#services = { registry, cache, prices: new PriceList(prices) };
    this.#large = resolveLargePayloads(large, 'worker options');
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    const { activities = {} } = options;
    this.#assertNoClash(activities);
    const dataConverter = withLargePayloads(options.dataConverter ?? {}, this.#large);
    const ours = createActivities({
      ...this.#services,
      searchAttributes: new SearchAttributeCheck(),
      room: roomOf(dataConverter),
    });
    return {
      ...WORKER_DEFAULTS,
      ...super.configureWorker(withBundle(options)),
      activities: { ...activities, ...ours },
      sinks: { ...options.sinks, ...createSinks(this.#services.cache) },
      dataConverter,
    };
  }

  override configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    const dataConverter = withLargePayloads(options.dataConverter ?? {}, this.#large);
    const sinks = { ...options.sinks, ...createSinks(this.#services.cache) }; // which replay leaves alone
    return { ...super.configureReplayWorker(withBundle(options)), dataConverter, sinks };
  }

  /** Of what is not loaded beforehand each open workflow holds a copy. */
  override configureBundler(options: BundleOptions): BundleOptions {
    const { preloadModules = [], ...others } = super.configureBundler(options);
    return { ...others, preloadModules: [...preloadModules, packageFile('lib/workflows/index.js')] };
  }

  override runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    return whileWorkerRuns(() => super.runWorker(worker, next));
  }

  /** A tool's calls are activities of the tool's name: one of the user's with that name would serve them. */
  #assertNoClash(activities: object): void {
    const { toolNames } = this.#services.registry;
    const clash = Object.keys(activities).find((name) => name === 'default' || toolNames.has(name));
    if (clash === undefined) return;
    throw new UserError(
      `The worker's activity '${clash}' has the name of a tool, or is the default one, which serves tools. Rename one of them.`,
    );
  }
}

function withBundle<Options extends Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>>(
  options: Options,
): Options {
  if (options.workflowBundle !== undefined || options.workflowsPath !== undefined) return options;
  const workflowBundle = { codePath: packageFile('lib/workflow-bundle.js') };
  return { buildId: buildIdOfPackage(), ...options, workflowBundle };
}
