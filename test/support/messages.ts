// Messages of earlier runs, written short.
import type {
  ModelMessage,
  ModelRequest,
  ModelResponse,
  RequestPart,
  ResponsePart,
  RetryPromptPart,
  ToolCallPart,
  ToolReturnPart,
} from '../../src/common/messages';

export function request(...parts: readonly RequestPart[]): ModelRequest {
  return { kind: 'request', parts };
}

/** As a model answers: with the name that it goes by. */
export function response(...parts: readonly ResponsePart[]): ModelResponse {
  return { kind: 'response', parts, usage: {}, modelName: 'some-model' };
}

/** As someone writes it by hand: with nothing that only a provider knows. */
export function byHand(...parts: readonly ResponsePart[]): ModelResponse {
  return { kind: 'response', parts, usage: {} };
}

export function user(content: string): RequestPart {
  return { kind: 'user-prompt', content };
}

export function said(content: string): ResponsePart {
  return { kind: 'text', content };
}

export function calls(toolCallId: string, toolName = 'add', args: ToolCallPart['args'] = '{}'): ToolCallPart {
  return { kind: 'tool-call', toolName, args, toolCallId };
}

export function returned(toolCallId: string, content: ToolReturnPart['content'] = 3): ToolReturnPart {
  return { kind: 'tool-return', toolName: 'add', toolCallId, content, outcome: 'success' };
}

export function retry(toolCallId: string): RetryPromptPart {
  return { kind: 'retry-prompt', content: 'again', toolName: 'add', toolCallId };
}

export type Messages = readonly ModelMessage[];
