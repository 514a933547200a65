import type { OpenAI } from 'openai';

type FetchOptions = NonNullable<OpenAI['fetchOptions']>;

interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}

/** Where Node's `fetch` keeps what all requests of the process go through. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/**
 * Fetch options for answers that take long: Node's `fetch` gives up after 5 minutes without headers, models think longer.
 * Goes through the process's own dispatcher, so that a proxy or certificates that were set there still count. Where there
 * is none to be seen (another runtime, Jest's sandbox), `fetch` keeps its own limits.
 */
export function withoutTransportTimeouts(): FetchOptions {
  // Node loads its `fetch`, and with it the dispatcher, when one of its globals is touched.
  if (typeof Headers === 'undefined' || globalDispatcher() === undefined) return {};
  const dispatcher: Dispatcher = {
    dispatch: (options, handler) =>
      globalDispatcher()?.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler) ?? false,
  };
  // `fetch` calls nothing but `dispatch`; the type asks for undici's whole class, which Node does not export.
  return { dispatcher } as unknown as FetchOptions;
}

function globalDispatcher(): Dispatcher | undefined {
  return Reflect.get(globalThis, GLOBAL_DISPATCHER) as Dispatcher | undefined; // undici's word for it
}
