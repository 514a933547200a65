import type { ModelMessage, RequestPart, RetryPromptPart, ToolReturnPart } from '../common/messages';

/** What the model was last told to do again or better. */
export interface LastError {
  /** `tool 'x'`, or the answer. */
  readonly where: string;
  readonly text: string;
}

type Complaint = RetryPromptPart | ToolReturnPart;

export function lastErrorOf(messages: readonly ModelMessage[]): LastError | undefined {
  // At each step: nothing is copied on the way.
  const last = messages.findLast((message) => message.kind === 'request' && message.parts.some(isComplaint));
  const complaint = last?.kind === 'request' ? last.parts.findLast(isComplaint) : undefined;
  return complaint && toLastError(complaint);
}

function isComplaint(part: RequestPart): part is Complaint {
  return part.kind === 'retry-prompt' || (part.kind === 'tool-return' && part.outcome === 'failed');
}

function toLastError(complaint: Complaint): LastError {
  const { toolName } = complaint;
  return { where: toolName === undefined ? 'the answer' : `tool '${toolName}'`, text: toText(complaint) };
}

function toText(complaint: Complaint): string {
  if (typeof complaint.content === 'string') return complaint.content;
  if (complaint.kind === 'tool-return') return JSON.stringify(complaint.content);
  return complaint.content
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
}
