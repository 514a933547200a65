import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelMessage, ModelResponse, RequestPart, ResponsePart } from 'perdure';
import type { RunHandle, RunResult } from 'perdure/client';
import { printEvent, type Style } from './screen';

const POLL_INTERVAL = 100;

/** By calling it a model gives a structured answer. */
const OUTPUT_TOOL = 'final_result';

/** Prints what is said in a run while it goes on, and resolves to its result. */
export async function followRun<Output>(
  handle: RunHandle<Output>,
  { startedAt }: { readonly startedAt: number },
): Promise<RunResult<Output>> {
  const printed = new Set<string>();
  const print = async (): Promise<void> => {
    for (const { id, who, text, style } of (await handle.messages()).flatMap(toLines)) {
      if (printed.has(id)) continue;
      printed.add(id);
      printEvent((Date.now() - startedAt) / 1000, who, { text, style });
    }
  };
  let isOver = false;
  const over = handle.result({ timeout: '3m' }).finally(() => (isOver = true));
  over.catch(() => undefined); // thrown below
  while (!isOver) {
    await print();
    await Promise.race([sleep(POLL_INTERVAL), over.catch(() => undefined)]);
  }
  await print();
  return over;
}

interface Line {
  /** The same whenever the message is read. */
  readonly id: string;
  readonly who: string;
  readonly text: string;
  readonly style: Style;
}

function toLines(message: ModelMessage, index: number): Line[] {
  return message.kind === 'request' ? toRequestLines(message.parts, index) : toResponseLines(message, index);
}

function toRequestLines(parts: readonly RequestPart[], index: number): Line[] {
  return parts.flatMap((part) => toRequestLine(part, index) ?? []);
}

function toRequestLine(part: RequestPart, index: number): Line | undefined {
  if (part.kind === 'user-prompt') {
    return { id: `${index} user`, who: 'user', text: toText(part.content), style: 'cyan' };
  }
  if (part.kind === 'tool-return' && part.toolName !== OUTPUT_TOOL) {
    const text = `${part.toolName} → ${toText(part.content)}`;
    return { id: `return ${part.toolCallId}`, who: 'tool', text, style: 'green' };
  }
  if (part.kind === 'retry-prompt') {
    const text = toText(part.content);
    return { id: `retry ${part.toolCallId ?? index}`, who: 'retry', text, style: 'yellow' };
  }
  return undefined;
}

function toResponseLines({ parts }: ModelResponse, index: number): Line[] {
  return parts.flatMap((part, position) => {
    const text = describeResponsePart(part);
    return text === undefined ? [] : [{ id: `${index} ${position}`, who: 'model', text, style: 'magenta' }];
  });
}

function describeResponsePart(part: ResponsePart): string | undefined {
  if (part.kind === 'text') return part.content;
  if (part.kind !== 'tool-call') return undefined;
  if (part.toolName === OUTPUT_TOOL) return 'gives its final answer';
  return `calls ${part.toolName} ${toText(part.args)}`;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
