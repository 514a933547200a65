import type { Agent } from '../common/agent';
import { UserError } from '../common/errors';
import { toIssues } from '../common/options';
import type { RunRequest } from '../common/wire';

/** The `deps` of a run as the agent's schema makes them. @throws {UserError} naming the bad field. */
export async function depsOf(agent: Agent, request: RunRequest): Promise<unknown> {
  if (agent.deps === undefined) return request.deps;
  const parsed = await agent.deps.safeParseAsync(request.deps);
  if (parsed.success) return parsed.data;
  const complaints = toIssues(parsed.error).map(
    ({ path, message }) => `${path === '' ? 'deps' : `deps.${path}`}: ${message}`,
  );
  throw new UserError(`run of agent '${agent.name}': ${complaints.join('; ')}`);
}
