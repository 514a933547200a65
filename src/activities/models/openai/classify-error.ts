import { ModelRequestError, UserError } from '../../../common/errors';
import { cutText, MAX_ERROR_TEXT_LENGTH } from '../../../common/size-limits';
import { toHint } from './hints';
import { toPageText } from './page-text';
import { withoutSecrets } from './redact';
import { fromRetryAfter } from './retry-after';
import { isRetryableStatus, LASTING_CODES } from './retryable';
import { UnreadableAnswer } from './unreadable-answer';

export interface ErrorContext {
  readonly model: string;
  /** Texts that may not be told: the API key. */
  readonly secrets?: readonly (string | null | undefined)[];
  /** For servers that name a time to come back at. @default now */
  readonly now?: number;
}

interface Verdict {
  readonly text: string;
  readonly retryable: boolean;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** What the client's error holds when there was an answer. Not its class: a user's client may come from another copy. */
interface StatusError {
  readonly message: string;
  readonly status: number;
  readonly code?: unknown;
  readonly error?: unknown;
  readonly headers?: Headers;
}

/** Room for the note by which `cutText` says how much is missing. */
const CUT_NOTE_LENGTH = 40;

/** What became of a request that failed, and whether the same request can succeed. Aborts are not for this function. */
export function classifyError(error: unknown, context: ErrorContext): ModelRequestError {
  if (error instanceof ModelRequestError) return error;
  const { model, secrets = [], now = Date.now() } = context;
  const { text, ...fields } = judge(error, now);
  const message = withoutSecrets(`Model '${model}' ${text}`, secrets);
  // The cause stays here: it would be recorded too, with headers, bodies and keys in it.
  return new ModelRequestError(cutText(message, MAX_ERROR_TEXT_LENGTH - CUT_NOTE_LENGTH), {
    model,
    ...fields,
  });
}

function judge(error: unknown, now: number): Verdict {
  if (error instanceof UserError) return { text: `was not asked: ${error.message}`, retryable: false };
  if (error instanceof UnreadableAnswer) {
    const { retryable, status, code } = error;
    return { text: `answered, but the answer ${error.message}`, retryable, status, code };
  }
  if (isStatusError(error)) return judgeStatus(error, now);
  if (isBrokenBody(error)) return { text: `broke off its answer: ${toCauseText(error)}`, retryable: true };
  if (isMistake(error)) return { text: `could not be asked: ${toCauseText(error)}`, retryable: false };
  return { text: `could not be reached: ${toCauseText(error)}`, retryable: true };
}

function isStatusError(error: unknown): error is StatusError {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number';
}

function judgeStatus(error: StatusError, now: number): Verdict {
  const { status, headers } = error;
  const code = typeof error.code === 'string' && error.code !== '' ? error.code : undefined;
  const retryable = isRetryable(status, code, headers?.get('x-should-retry'));
  const name = code === undefined ? '' : ` (${code})`;
  return {
    text: withHint(`answered ${status}${name}: ${toAnswerText(error)}`, toHint(status, code)),
    retryable,
    status,
    code,
    retryAfter: retryable ? fromRetryAfter(headers, now) : undefined,
  };
}

function isRetryable(status: number, code: string | undefined, header: string | null | undefined): boolean {
  if (code !== undefined && LASTING_CODES.has(code)) return false;
  if (header === 'true' || header === 'false') return header === 'true';
  return isRetryableStatus(status);
}

function withHint(text: string, hint: string): string {
  return hint === '' ? text : `${text.replace(/[.\s]+$/, '')}. ${hint}`;
}

/** The client puts the status in front of what the server said, be it a sentence or a page. */
function toAnswerText({ message, error, status }: StatusError): string {
  const text = message.startsWith(`${status} `) ? message.slice(`${status} `.length) : message;
  return error === undefined || error === null ? toPageText(text) : text;
}

/** The body ended too early or is no JSON: what `fetch` and `JSON.parse` throw once the headers were there. */
function isBrokenBody(error: unknown): boolean {
  return (
    isError(error) && (['SyntaxError', 'AbortError'].includes(error.name) || error.message === 'terminated')
  );
}

/** A key that is no header value, a URL that is none: the client throws what the runtime says. */
function isMistake(error: unknown): boolean {
  return isError(error) && ['TypeError', 'RangeError', 'ReferenceError'].includes(error.name);
}

/** What was at the bottom of it; `fetch` says only that it failed. */
function toCauseText(error: unknown): string {
  if (!isError(error)) return String(error);
  if ('errors' in error && Array.isArray(error.errors) && isError(error.errors[0])) {
    return toCauseText(error.errors[0]);
  }
  return isError(error.cause) ? toCauseText(error.cause) : error.message;
}

/** Not `instanceof`: the runtime's own errors are of another realm where tests run. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
