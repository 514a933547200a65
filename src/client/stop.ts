import { setMaxListeners } from 'node:events';

/** Ends a wait. Each call of Temporal's client listens to the signal and never leaves: after minutes, these are many. */
export function createStop(): AbortController {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  return stop;
}
