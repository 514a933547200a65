// A workflow that fails with what a worker of another version of this library could have recorded.
import { ApplicationFailure } from '@temporalio/workflow';

export interface Failing {
  readonly type: string;
  readonly message: string;
  readonly details?: readonly unknown[];
}

export async function fail({ type, message, details = [] }: Failing): Promise<never> {
  throw ApplicationFailure.create({ type, message, details: [...details], nonRetryable: true });
}
