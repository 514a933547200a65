import * as errors from '../../../src/common/errors';
import { OUTPUT_TOOL_NAME } from '../../../src/common/output';
import { AGENT_SEARCH_ATTRIBUTES } from '../../../src/common/search-attributes';
import * as wire from '../../../src/common/wire';

/*
 * These names stand in histories of runs that are under way, in other processes and in dashboards. Changing one breaks
 * them: a test that fails here is a question, not a list to update. Adding a name is fine.
 */

function textsOf(module: object): Record<string, string> {
  const texts = Object.entries(module).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

it('calls activities, queries, memo fields and the task queue what running workflows call them', () => {
  expect(textsOf(wire)).toEqual({
    RESOLVE_AGENT_ACTIVITY: 'agent.resolve',
    MODEL_REQUEST_ACTIVITY: 'model.request',
    LOAD_TRANSCRIPT_ACTIVITY: 'transcript.load',
    COMPACT_TRANSCRIPT_ACTIVITY: 'transcript.compact',
    ADOPT_TRANSCRIPT_ACTIVITY: 'transcript.adopt',
    TRANSCRIPT_QUERY: 'transcript',
    DEFAULT_TASK_QUEUE: 'agents',
    REQUEST_DIGEST_MEMO: 'requestDigest',
    FIRST_REQUEST_MEMO: 'firstRequest',
    RUN_SINK: 'perdure',
  });
});

it('calls the tool of the final answer what recorded transcripts call it', () => {
  expect(OUTPUT_TOOL_NAME).toBe('final_result');
});

it('calls search attributes what namespaces have registered', () => {
  expect(AGENT_SEARCH_ATTRIBUTES).toMatchObject({
    AgentName: 'Keyword',
    AgentModel: 'Keyword',
    AgentStatus: 'Keyword',
    AgentTokens: 'Int',
    AgentCost: 'Double',
  });
});

it.each([
  'UserError',
  'ModelRetry',
  'ToolFailed',
  'AgentRunError',
  'UsageLimitExceededError',
  'UnexpectedModelBehaviorError',
  'ContentFilterError',
  'IncompleteToolCallError',
  'ModelRequestError',
  'ToolExecutionError',
  'HookExecutionError',
  'PayloadTooLargeError',
  'RunCancelledError',
  'RunTimedOutError',
] as const)('calls %s what recorded failures call it', (name) => {
  expect(errors[name].prototype.name).toBe(name);
});
