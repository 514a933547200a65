import { z } from 'zod';
import { AgentRegistry } from '../../../src/activities/agent-registry';
import { type Agent, defineAgent } from '../../../src/common/agent';
import { summarize } from '../../../src/common/compaction';
import { UserError } from '../../../src/common/errors';
import type { Model } from '../../../src/common/model';
import { defineTool } from '../../../src/common/tool';
import { scriptedModel } from '../../../src/testing';

const model = scriptedModel([], { name: 'mine' });

const toolNamed = (name: string) =>
  defineTool({ name, description: name, input: z.object({}), execute: () => null });

const agentNamed = (name: string, more: { model?: string | Model; tools?: string[] } = {}): Agent =>
  defineAgent({ name, model: more.model ?? model, tools: (more.tools ?? []).map(toolNamed) });

describe('the agents of a worker', () => {
  it('are found by their names', () => {
    const [north, south] = [agentNamed('north'), agentNamed('south')];
    const registry = new AgentRegistry([south, north]);
    expect(registry.agent('north')).toBe(north);
    expect(registry.agent('east')).toBeUndefined();
    expect(registry.agent('toString')).toBeUndefined();
    expect(registry.agentNames).toEqual(['north', 'south']);
  });

  it('have names of their own', () => {
    const registering = (): unknown => new AgentRegistry([agentNamed('north'), agentNamed('north')]);
    expect(registering).toThrow(UserError);
    expect(registering).toThrow("two agents are named 'north'");
  });

  it('may have tools of one name', () => {
    const agents = [
      agentNamed('north', { tools: ['greet', 'walk'] }),
      agentNamed('south', { tools: ['greet'] }),
    ];
    expect([...new AgentRegistry(agents).toolNames].sort()).toEqual(['greet', 'walk']);
  });
});

describe('the model of an agent', () => {
  it('that summarizes is looked for as early as the others', () => {
    const summarizing = (name: string) =>
      defineAgent({ name: 'north', model, compaction: { strategy: summarize({ model: name }) } });
    expect(() => new AgentRegistry([summarizing('fast')])).toThrow("agent 'north': unknown model 'fast'");
    expect(() => new AgentRegistry([summarizing('fast')], { fast: model })).not.toThrow();
  });

  it('is the one it was given', () => {
    const agent = agentNamed('north');
    expect(new AgentRegistry([agent]).modelOf(agent)).toBe(model);
  });

  it("is the worker's of that name", () => {
    const agent = agentNamed('north', { model: 'fast' });
    expect(new AgentRegistry([agent], { fast: model }).modelOf(agent)).toBe(model);
  });

  it.each(['openai:gpt-5-mini', 'openai-chat:gpt-5-mini', 'openai:ft:gpt-5:mine'])(
    'is made from the name of a provider, once: %s',
    (name) => {
      const agent = agentNamed('north', { model: name });
      const registry = new AgentRegistry([agent]);
      expect(registry.modelOf(agent).name).toBe(name);
      expect(registry.modelOf(agent)).toBe(registry.modelOf(agent, name));
    },
  );

  it("is the worker's, before that of a provider", () => {
    const agent = agentNamed('north', { model: 'openai:gpt-5-mini' });
    expect(new AgentRegistry([agent], { 'openai:gpt-5-mini': model }).modelOf(agent)).toBe(model);
  });

  it.each(['gpt-5-mini', 'openai:', ':gpt-5', 'nobody:gpt-5', 'constructor:x', '__proto__:x', ''])(
    'is refused when nobody knows it, with those that are known: %j',
    (name) => {
      const agent = agentNamed('north');
      const asking = (): unknown => new AgentRegistry([agent], { fast: model }).modelOf(agent, name);
      expect(asking).toThrow(UserError);
      expect(asking).toThrow(
        `agent 'north': unknown model '${name}'; known are 'openai:NAME', 'openai-chat:NAME', 'fast'`,
      );
    },
  );

  it('is looked up when the worker starts, not at the first run', () => {
    expect(() => new AgentRegistry([agentNamed('north', { model: 'nobody:gpt-5' })])).toThrow(UserError);
  });
});
