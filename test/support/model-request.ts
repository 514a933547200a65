// What the tests of models have in common: the parameters of a request, and a place to ask one.
import type { ModelMessage, UserPrompt } from '../../src/common/messages';
import type { ModelRequestParameters } from '../../src/common/model';

/** Parameters of a request that asks for a text and offers no tools, unless told otherwise. */
export function requestParameters(more: Partial<ModelRequestParameters> = {}): ModelRequestParameters {
  return {
    settings: {},
    tools: [],
    outputTools: [],
    builtinTools: [],
    allowTextOutput: true,
    signal: new AbortController().signal,
    ...more,
  };
}

/** A transcript of one question. */
export function asked(content: UserPrompt): ModelMessage[] {
  return [{ kind: 'request', parts: [{ kind: 'user-prompt', content }] }];
}
