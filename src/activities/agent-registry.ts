import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import { ownValue } from '../common/json';
import type { Model } from '../common/model';
import { openAIChatModel, openAIResponsesModel } from './models/openai';

/** Models by the name that agents and runs use. */
export type Models = Readonly<Record<string, Model>>;

const PROVIDERS: Readonly<Record<string, (name: string) => Model>> = {
  openai: (name) => openAIResponsesModel(name),
  'openai-chat': (name) => openAIChatModel(name),
};

/** The agents that a worker serves and the models that they may use. */
export class AgentRegistry {
  readonly #agents = new Map<string, Agent>();
  readonly #models = new Map<string, Model>();

  /** @throws {UserError} for two agents of one name, or one whose model cannot be found. */
  constructor(agents: readonly Agent[], models: Models = {}) {
    for (const [name, model] of Object.entries(models)) this.#models.set(name, model);
    for (const agent of agents) {
      if (this.#agents.has(agent.name)) throw new UserError(`two agents are named '${agent.name}'`);
      this.#agents.set(agent.name, agent);
      this.modelOf(agent);
      this.modelOf(agent, summarizerOf(agent));
    }
  }

  get agentNames(): readonly string[] {
    return [...this.#agents.keys()].sort();
  }

  get toolNames(): ReadonlySet<string> {
    return new Set([...this.#agents.values()].flatMap(({ tools }) => tools.map(({ name }) => name)));
  }

  agent(name: string): Agent | undefined {
    return this.#agents.get(name);
  }

  /** @throws {UserError} for a name that no provider and no entry of `models` has. */
  modelOf(agent: Agent, name: string | Model = agent.model): Model {
    if (typeof name !== 'string') return name;
    const model = this.#models.get(name) ?? createModel(name);
    if (model === undefined) throw new UserError(unknownModel(agent.name, name, [...this.#models.keys()]));
    this.#models.set(name, model);
    return model;
  }
}

/** The model that an agent has its conversations summarized by, if it has one for that. */
function summarizerOf({ compaction }: Agent): string | Model | undefined {
  const strategy = compaction?.strategy;
  return typeof strategy === 'object' && strategy.kind === 'summarize' ? strategy.model : undefined;
}

function createModel(name: string): Model | undefined {
  const colon = name.indexOf(':');
  if (colon < 1 || colon === name.length - 1) return undefined;
  return ownValue(PROVIDERS, name.slice(0, colon))?.(name.slice(colon + 1));
}

function unknownModel(agent: string, name: string, known: readonly string[]): string {
  const providers = Object.keys(PROVIDERS).map((provider) => `'${provider}:NAME'`);
  const names = known.map((other) => `'${other}'`);
  return `agent '${agent}': unknown model '${name}'; known are ${[...providers, ...names].join(', ')}`;
}
