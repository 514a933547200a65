import { isJsonObject, type JsonObject } from '../../../common/json';
import { toPageText } from './page-text';
import { isRetryableStatus, TRANSIENT_CODES } from './retryable';

/** The server answered 2xx, and yet there is no model response in it. Never leaves this folder. */
export class UnreadableAnswer extends Error {
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor(
    message: string,
    fields: { retryable: boolean; status?: number | undefined; code?: string | undefined },
  ) {
    super(message);
    this.retryable = fields.retryable;
    this.status = fields.status;
    this.code = fields.code;
  }
}

/** A proxy's page, an empty body, a bare text: retryable, because what answered was hardly the provider. */
export function assertJsonObject(body: unknown): asserts body is JsonObject {
  if (isJsonObject(body)) return;
  const what = typeof body === 'string' && body.trim() !== '' ? toPageText(body) : 'nothing';
  throw new UnreadableAnswer(`is no JSON but ${what}`, { retryable: true });
}

/** The error in a body that came with a 2xx; compatible servers do that, and a failed response of OpenAI's is one, too. */
export function toAnsweredError({ error }: JsonObject): UnreadableAnswer | undefined {
  if (error === undefined || error === null) return undefined;
  const { message, code } = isJsonObject(error) ? error : { message: error, code: undefined };
  const text = typeof message === 'string' ? message : JSON.stringify(error);
  const status = toStatus(code);
  const name = status === undefined && typeof code === 'string' ? code : undefined;
  const retryable =
    status === undefined ? name === undefined || TRANSIENT_CODES.has(name) : isRetryableStatus(status);
  return new UnreadableAnswer(`is an error: ${text}`, { retryable, status, code: name });
}

/** Compatible servers write a status where OpenAI writes the name of an error. */
function toStatus(code: unknown): number | undefined {
  const status = typeof code === 'string' && /^\d{3}$/.test(code) ? Number(code) : code;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

/** The connection was closed, as if all were well, before the answer's end. */
export function endedTooEarly(): UnreadableAnswer {
  return new UnreadableAnswer('breaks off before its end', { retryable: true });
}
