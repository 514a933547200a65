import type { JsonValue } from './json';
import type { UserPrompt } from './messages';

/** What a tool returns when its value is not all that it has to say. */
export class ToolReturn {
  /** The result of the call; JSON. */
  readonly value: unknown;
  /** Read by the model as if the user had said it, after the results of the step: an image, a document. */
  readonly content: UserPrompt | undefined;
  /** Kept with the message for the application; never sent to the model. */
  readonly metadata: JsonValue | undefined;

  constructor({ value, content, metadata }: { value: unknown; content?: UserPrompt; metadata?: JsonValue }) {
    this.value = value;
    this.content = content;
    this.metadata = metadata;
    Object.defineProperty(this, marker, { value: true });
  }
}

const marker = Symbol.for('perdure.ToolReturn');

/** Recognised by a marker, so that one made by another copy of this package is one, too. */
export function isToolReturn(value: unknown): value is ToolReturn {
  return typeof value === 'object' && value !== null && marker in value;
}
