// An error as data, so that a test can compare what two processes caught.
import * as perdure from 'perdure';

export interface DescribedError {
  readonly message: string;
  /** The exported classes that `instanceof` finds it to be one of. */
  readonly classes: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause: string | undefined;
}

export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) throw new TypeError(`not an error: ${String(error)}`);
  const classes = Object.entries(perdure)
    .filter(
      ([, value]) => typeof value === 'function' && value.prototype !== undefined && error instanceof value,
    )
    .map(([name]) => name);
  const fields = JSON.parse(JSON.stringify({ ...error })) as DescribedError['fields'];
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { message: error.message, classes, fields, cause };
}
