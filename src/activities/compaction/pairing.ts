import {
  type ModelMessage,
  type ModelRequest,
  type RequestPart,
  type ToolCallPart,
  toolCallsOf,
} from '../../common/messages';
import { answeredCall } from '../../common/repair';

/** A tool call, and the number of its message. */
export interface Call {
  readonly call: ToolCallPart;
  readonly callAt: number;
}

export interface Pair extends Call {
  readonly result: RequestPart;
  readonly resultAt: number;
}

export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly unanswered: readonly Call[];
}

/** Which call a result answers: the latest of its id that has none yet, as where messages are repaired before sending. */
export function pairUp(messages: readonly ModelMessage[]): Pairing {
  const open = new Map<string, Call[]>();
  const pairs: Pair[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.kind === 'request') pairs.push(...answer(open, message, index));
    else for (const call of toolCallsOf(message)) callsOf(open, call).push({ call, callAt: index });
  }
  return { pairs, unanswered: [...open.values()].flat() };
}

function callsOf(open: Map<string, Call[]>, { toolCallId }: ToolCallPart): Call[] {
  const calls = open.get(toolCallId) ?? [];
  open.set(toolCallId, calls);
  return calls;
}

function answer(open: Map<string, Call[]>, { parts }: ModelRequest, resultAt: number): Pair[] {
  return parts.flatMap((result) => {
    const id = answeredCall(result);
    const answered = id === undefined ? undefined : open.get(id)?.pop();
    return answered === undefined ? [] : [{ ...answered, result, resultAt }];
  });
}
