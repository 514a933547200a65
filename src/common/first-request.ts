import { isJsonObject } from './json';
import { limitBeforeRequest } from './limit-checks';
import type { AgentManifest, FirstRequest, RequestBounds } from './manifest';
import { MAX_ATTEMPTS } from './size-limits';
import { estimateTokens } from './token-estimate';
import { addUsage, NO_USAGE } from './usage';
import { type RunRequest, toFirstMessage } from './wire';

/** Whether the first model request may begin the run: what earlier messages lead to is known only when the agent is. */
export function mayBeginRun({ messageHistory, continueFrom }: RunRequest): boolean {
  return messageHistory === undefined && continueFrom === undefined;
}

/** What others than our clients put into a memo may be anything. */
export function isFirstRequest(value: unknown): value is FirstRequest {
  if (!isJsonObject(value)) return false;
  const { model, timeout, maximumAttempts, heartbeatTimeout } = value;
  return typeof model === 'string' && [timeout, maximumAttempts, heartbeatTimeout].every(isBound);
}

/** Milliseconds that a timer can have, or attempts: the largest is the same. */
function isBound(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_ATTEMPTS;
}

/** Whether the request was scheduled as the agent wants it: a client may know another version of it. */
export function isBoundedAs({ modelCall, heartbeatTimeout }: AgentManifest, bounds: RequestBounds): boolean {
  return (
    bounds.timeout === modelCall.timeout &&
    bounds.maximumAttempts === modelCall.maximumAttempts &&
    bounds.heartbeatTimeout === heartbeatTimeout
  );
}

/** Whether the run's first step is to ask the model: no limit stands against it, and nothing is to be shortened before. */
export function asksFirst({ start, usageLimits, compactAbove }: AgentManifest, request: RunRequest): boolean {
  if (start !== undefined) return false;
  if (limitBeforeRequest(addUsage(NO_USAGE, request.usage ?? {}), usageLimits) !== undefined) return false;
  return compactAbove === undefined || estimateTokens(toFirstMessage(request)) <= compactAbove;
}
