import * as errors from '../common/errors';

/** An error as plain data: what is left of its class on the other side of a thread is rebuilt from the name. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** Everything that the error's class adds to an error. */
  readonly fields: object;
  readonly cause?: ErrorRecord;
}

/** Each class takes back, as its second argument, the fields that its errors have. */
type Rebuildable = new (message: string, fields: never) => Error;

const CLASSES = new Map<string, Rebuildable>(
  Object.values(errors).map((errorClass) => [errorClass.prototype.name, errorClass]),
);

export function toErrorRecord(error: unknown): ErrorRecord {
  if (!isErrorLike(error)) return { name: 'Error', message: toText(error), fields: {} };
  const { name, message, cause } = error;
  // Of classes that are not ours the fields could be anything, also what JSON cannot hold.
  const fields = CLASSES.has(name) ? { ...error } : {};
  return { name, message, fields, ...(cause === undefined ? {} : { cause: toErrorRecord(cause) }) };
}

export function fromErrorRecord({ name, message, fields, cause }: ErrorRecord): Error {
  const options = { ...fields, ...(cause === undefined ? {} : { cause: fromErrorRecord(cause) }) };
  const errorClass = CLASSES.get(name);
  if (errorClass !== undefined) return new errorClass(message, options as never); // the fields that it had
  return Object.assign(new Error(message, options), { name });
}

function toText(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown); // an object may have no text of its own
  }
}

/** `instanceof` alone would miss errors of another realm. */
function isErrorLike(value: unknown): value is Error {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}
