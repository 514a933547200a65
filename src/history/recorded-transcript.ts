import type { ModelMessage } from '../common/messages';
import { unpackMessages } from '../common/packed-messages';
import type { CompactionResult } from '../common/wire';

/** A message as the model reads it, and which of all messages it is; a summary is none of them. */
interface SeenMessage {
  readonly message: ModelMessage;
  readonly origin: number | undefined;
}

/** The messages of a run: all that were said, and those that the model still reads. */
export class RecordedTranscript {
  #all: ModelMessage[] = [];
  #seen: SeenMessage[] = [];

  get all(): readonly ModelMessage[] {
    return this.#all;
  }

  get seen(): readonly ModelMessage[] {
    return this.#seen.map(({ message }) => message);
  }

  /** Of what the model reads. */
  get length(): number {
    return this.#seen.length;
  }

  append(messages: readonly ModelMessage[]): void {
    for (const message of messages) {
      this.#seen.push({ message, origin: this.#all.length });
      this.#all.push(message);
    }
  }

  /** Takes back what came after so many of the messages that the model reads. */
  cut(length: number): void {
    const gone = this.#seen.slice(length);
    if (gone.length === 0) return;
    this.#seen = this.#seen.slice(0, length);
    const first = length === 0 ? 0 : gone.find(({ origin }) => origin !== undefined)?.origin;
    this.#all = this.#all.slice(0, first);
  }

  /** Which of all messages the one is that the model reads at an index. A summary is none. */
  originOf(index: number): number | undefined {
    return index === this.#seen.length ? this.#all.length : this.#seen[index]?.origin;
  }

  /** Where the model reads one of all messages; not at all when it was compacted. */
  indexOf(origin: number): number | undefined {
    if (origin === this.#all.length) return this.#seen.length;
    const index = this.#seen.findIndex((message) => message.origin === origin);
    return index === -1 ? undefined : index;
  }

  /** Puts other messages in the place of those that the model reads, one for one. */
  rewrite(messages: readonly ModelMessage[]): void {
    this.#seen = this.#seen.map(({ message, origin }, index) => {
      const other = messages[index] ?? message;
      if (origin !== undefined) this.#all[origin] = other;
      return { message: other, origin };
    });
  }

  /** The messages that are gone stay among all, and say that the model does not read them. */
  compact({ messages, ranges, kept }: CompactionResult): void {
    if (messages === undefined) return;
    const before = this.#seen;
    for (const [from, to] of ranges) {
      for (const { origin } of before.slice(from, to)) this.#mark(origin);
    }
    const isGone = (index: number): boolean => ranges.some(([from, to]) => index >= from && index < to);
    const stayed = before.slice(0, before.length - kept).filter((_, index) => !isGone(index));
    const after = unpackMessages(messages);
    const head = after.slice(0, after.length - kept).map((message) => withOrigin(message, stayed));
    this.#seen = [...head, ...before.slice(before.length - kept)];
  }

  #mark(origin: number | undefined): void {
    const message = origin === undefined ? undefined : this.#all[origin];
    if (origin !== undefined && message !== undefined) this.#all[origin] = { ...message, compacted: true };
  }
}

/** Takes the next message that stayed when it is this one; a summary stands between them. */
function withOrigin(message: ModelMessage, stayed: SeenMessage[]): SeenMessage {
  const [next] = stayed;
  if (next === undefined || JSON.stringify(next.message) !== JSON.stringify(message)) {
    return { message, origin: undefined };
  }
  stayed.shift();
  return next;
}
