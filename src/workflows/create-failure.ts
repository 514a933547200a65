import { ApplicationFailure } from '@temporalio/workflow';

/**
 * A failure that trying again would not mend. Without a stack: it would name this library's code only, and stand before
 * everything else in the UI. What is no UTF-8 in its message would end the worker.
 */
export function createFailure(type: string, message: string, detail: unknown): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type,
    message: message.toWellFormed(),
    nonRetryable: true,
    details: [detail],
  });
  failure.stack = '';
  return failure;
}
