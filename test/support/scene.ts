// A run and all that can be seen of it, to be compared with another one. Needs a Temporal server.
import type { Agent, Model, ToolContext } from 'perdure';
import type { RunHandle } from 'perdure/client';
import { describeError } from './describe-error';
import { describeResult, withoutIds } from './describe-result';

/** Takes down what an agent's model, tools and functions are told. */
export type Log = (what: unknown) => void;

/** An agent and what it is asked. */
export interface Scene {
  readonly agent: (log: Log, base: { readonly name: string; readonly rollOver: object }) => Agent;
  /** @default 'Go.' */
  readonly prompt?: string | undefined;
  readonly options?: object;
}

/** The model, and all that it is sent. */
export function watched(model: Model, log: Log): Model {
  return {
    ...model,
    request: (messages, parameters) => {
      const { signal: _signal, ...told } = parameters;
      log({ model: { messages, ...told } });
      return model.request(messages, parameters);
    },
  };
}

/** What a tool is told beside its arguments. */
export async function toldTo(context: ToolContext): Promise<object> {
  const { signal: _signal, heartbeat: _heartbeat, logger: _logger, messages, ...told } = context;
  return { ...told, messages: await messages() };
}

/** How a run ended, and all that its handle says, without what differs between any two runs. */
export async function endOf(handle: RunHandle): Promise<object> {
  const end = await handle.result().then(describeResult, describeEnd);
  const seen = {
    status: await handle.status(),
    usage: await handle.usage(),
    messages: await handle.messages(),
  };
  return anonymous({ end: withoutIds(end), seen }, handle.id);
}

function describeEnd(error: unknown): object {
  const { message, classes, fields } = describeError(error);
  return { message, classes, ...withoutIds(fields) };
}

/** The same for any run: what is recorded in another order, or under another id, is not compared. */
export function anonymous<Value>(value: Value, runId: string): Value {
  return JSON.parse(JSON.stringify(value).replaceAll(runId, 'RUN')) as Value; // it was JSON
}
