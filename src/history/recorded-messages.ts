import type { HeldMessages } from '../common/carried-run';
import { type ModelMessage, type ModelResponse, type RequestPart, toolCallsOf } from '../common/messages';
import { unpackMessages } from '../common/packed-messages';
import { hasOpenCalls } from '../common/repair';
import { type MessageDescriptor, type RecordedResults, toMessages } from '../common/transcript';
import {
  type CompactionInput,
  type CompactionResult,
  contentId,
  type LoadedTranscript,
  type ModelAnswer,
  type ModelRequestInput,
  type PackedMessages,
  type ToolCallResult,
  toToolContentPart,
  toToolPart,
} from '../common/wire';
import { RecordedTranscript } from './recorded-transcript';

/** A response that no request has been made after, and what tools returned since. */
interface Unsent {
  readonly response?: ModelResponse;
  readonly returned: {
    readonly toolCallId: string;
    readonly part: RequestPart;
    readonly content: RequestPart | undefined;
  }[];
}

type First = () => readonly ModelMessage[];
const nothing: First = () => [];

/** What no activity returns. */
export type OwnMessages = Pick<RecordedResults, 'history' | 'input'>;

/** What was said, as history tells it: message by message, and what no message holds yet. */
export class RecordedMessages {
  readonly #transcript = new RecordedTranscript();
  readonly #own: OwnMessages;
  readonly #responses = new Map<string, ModelResponse>();
  readonly #parts = new Map<string, RequestPart>();
  /** Produced since the last model request was made up: nobody has put it into a message yet. */
  #unsent: Unsent = { returned: [] };
  /** How many messages the model has been told of; what comes behind them may come again, with the next request. */
  #sent = 0;
  /** Parts of messages that are being loaded. */
  #loading: string[] = [];
  /** Where the prompt of each turn stands among all messages. */
  readonly #prompts = new Map<string, number>();

  constructor(own: OwnMessages) {
    this.#own = own;
  }

  get all(): readonly ModelMessage[] {
    return this.#transcript.all;
  }

  /** How many messages the model reads. */
  get length(): number {
    return this.#transcript.length;
  }

  response(id: string): ModelResponse | undefined {
    return this.#responses.get(id);
  }

  asked({ transcript: { base, append } }: Pick<ModelRequestInput, 'transcript'>): void {
    this.#transcript.cut(base.length);
    this.#append(append);
    this.told();
  }

  responded({ id, response }: ModelAnswer): void {
    this.#responses.set(id, response);
    this.#unsent = { response, returned: [] };
  }

  /** Whether the call succeeded. */
  returned(call: { toolName: string; toolCallId: string }, result: ToolCallResult): boolean {
    const part = toToolPart(call, result);
    const content = toToolContentPart(result);
    this.#parts.set(result.id, part);
    if (content !== undefined) this.#parts.set(contentId(result.id), content);
    this.#unsent.returned.push({ toolCallId: call.toolCallId, part, content });
    return part.kind === 'tool-return' && part.outcome === 'success';
  }

  compacted(input: CompactionInput, result: CompactionResult): void {
    if (result.messages === undefined) return; // what it was told comes again, with the next request or at the end
    this.asked(input);
    this.#transcript.compact(result);
    this.told();
  }

  /** What was added after the last model request, in place of what is known of it. */
  added(tail: readonly MessageDescriptor[]): void {
    this.#transcript.cut(this.#sent);
    this.#append(tail);
  }

  /** Nothing of it comes again. */
  told(): void {
    this.#sent = this.#transcript.length;
  }

  /** Messages that were said elsewhere. */
  restore({ start, earlier, messages }: Pick<HeldMessages, 'start' | 'earlier' | 'messages'>): void {
    // What was taken back may still stand at the end of those that nobody holds one by one.
    this.#transcript.append([...unpackMessages(earlier).slice(0, start.length), ...messages]);
    this.told();
  }

  /** One of the parts of messages that are loaded; returns all of them once they are there. */
  loaded({ gzip, parts = 1 }: LoadedTranscript): PackedMessages | undefined {
    this.#loading.push(gzip);
    if (this.#loading.length < parts) return undefined;
    const loaded = { gzip: this.#loading };
    this.#loading = [];
    return loaded;
  }

  /** Takes back all but so many of the messages that the model reads. */
  takeBack(length: number): void {
    this.#transcript.cut(length);
    this.#unsent = { returned: [] };
    this.#sent = Math.min(this.#sent, length);
    for (const [turn, place] of this.#prompts) if (place > this.all.length) this.forget(turn);
  }

  /** What was produced last becomes messages, for nobody else will make them up; marked where calls are left open. */
  settle(): void {
    const messages = markInterrupted(this.seenSoFar());
    this.#transcript.append(messages.slice(this.#transcript.length));
    this.#transcript.rewrite(messages);
    this.#unsent = { returned: [] };
    this.told();
  }

  /** Says where a turn begins, or began, among the messages that the model reads. */
  place(turn: string, index = this.#transcript.length): void {
    const origin = this.#transcript.originOf(index);
    if (origin !== undefined) this.#prompts.set(turn, origin);
  }

  /** Of a turn that was taken back. */
  forget(turn: string): void {
    this.#prompts.delete(turn);
  }

  /** Where a turn begins among all messages. */
  placeOf(turn: string): number | undefined {
    return this.#prompts.get(turn);
  }

  /** Whether nothing was said in turns after the one that begins at a place. */
  isLast(place: number): boolean {
    const { length } = this.all;
    return [...this.#prompts.values()].every((other) => other <= place || other === length);
  }

  /** Where the model reads one of all messages. */
  seenIndexOf(origin: number): number | undefined {
    return this.#transcript.indexOf(origin);
  }

  /** All messages, and behind them what was produced after the last one that was made up; `first` when there are none. */
  allSoFar(first: First = nothing): readonly ModelMessage[] {
    return this.#withUnsent(this.#transcript.all, first);
  }

  /** The same as the model reads them. */
  seenSoFar(first: First = nothing): readonly ModelMessage[] {
    return this.#withUnsent(this.#transcript.seen, first);
  }

  #withUnsent(told: readonly ModelMessage[], first: First): readonly ModelMessage[] {
    const { response } = this.#unsent;
    const asked = told.length === 0 ? first() : told;
    const answered = response === undefined ? asked : [...asked, response];
    return [...answered, ...toReturns(this.#unsent, answered.at(-1))];
  }

  #append(descriptors: readonly MessageDescriptor[]): void {
    for (const descriptor of descriptors) {
      const messages = toMessages(descriptor, {
        ...this.#own,
        response: (id) => this.#responses.get(id),
        part: (id) => this.#parts.get(id),
      });
      if (messages === undefined) {
        throw new Error(`the run's history lacks what ${JSON.stringify(descriptor)} refers to`);
      }
      if ('input' in descriptor && descriptor.input !== true) this.place(descriptor.input);
      this.#transcript.append(messages);
    }
    this.#unsent = { returned: [] };
  }
}

/** What tools returned, in the order of their calls, and behind it what they want read as the user's words. */
function toReturns({ returned }: Unsent, last: ModelMessage | undefined): ModelMessage[] {
  if (returned.length === 0) return [];
  const order = last?.kind === 'response' ? toolCallsOf(last).map(({ toolCallId }) => toolCallId) : [];
  const inOrder = returned.toSorted(
    (left, right) => order.indexOf(left.toolCallId) - order.indexOf(right.toolCallId),
  );
  const contents = inOrder.flatMap(({ content }) => (content === undefined ? [] : [content]));
  return [{ kind: 'request', parts: [...inOrder.map(({ part }) => part), ...contents] }];
}

/** Marks a response whose calls nobody will answer any more, so that the messages can be continued. */
export function markInterrupted(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const last = messages.findLastIndex(({ kind }) => kind === 'response');
  return messages.map((message, index) =>
    index === last && message.kind === 'response' && hasOpenCalls(message, messages.slice(index + 1))
      ? { ...message, state: 'interrupted' }
      : message,
  );
}
