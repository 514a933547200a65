import type {
  Client,
  WorkflowExecutionDescription,
  WorkflowExecutionStatusName,
  WorkflowHandle,
} from '@temporalio/client';
import { ExternalStorageNotConfiguredError } from '@temporalio/common';
import { RunTimedOutError, ServerUnreachableError, UserError } from '../common/errors';
import { isNotFound } from '../common/grpc-status';
import type { ModelMessage } from '../common/messages';
import type { Usage } from '../common/usage';
import type { RunOutcome } from '../common/wire';
import { type Compaction, readRun, type RecordedRun } from '../history';
import { Asking } from './asking';
import { pause } from './pause';
import { hasEnded, type Look, untilEnded } from './run-end';
import { toRunError } from './run-error';
import { type ParsedWait, parseWaitOptions, type WaitOptions } from './run-options';
import { RunResult } from './run-result';
import { isUnavailable } from './server-errors';
import { createStop } from './stop';
import { explainWait } from './task-queue';
import { addressOf } from './ui-url';
import { isUntouched, type Watched, watchForWorker } from './worker-watch';

/** Where a run stands. */
export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';

const STATUS: Partial<Record<WorkflowExecutionStatusName, RunStatus>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
};

type Watch = Look<WorkflowExecutionDescription> & Pick<Watched, 'explain'>;

/** A run that was started: by this process or by any other, a second or a month ago. */
export class RunHandle<Output = unknown> {
  readonly #client: Client;
  readonly #handle: WorkflowHandle;

  constructor(
    client: Client,
    /** The run's id, and its workflow's. */
    readonly id: string,
    /** The run's page in the Temporal UI; `undefined` where it is not known which UI belongs to the server. */
    readonly url: string | undefined,
  ) {
    this.#client = client;
    this.#handle = client.workflow.getHandle(id);
  }

  /**
   * Waits for the run's end.
   * @throws {AgentRunError} or one of its children when the run failed, was cancelled or timed out.
   * @throws {RunTimedOutError} with `stillRunning` when `timeout` is up.
   * @throws {NoWorkerError} when `waitForWorker` is up and no worker took the run.
   * @throws {ServerUnreachableError} when the server goes away meanwhile; the run goes on when it is back.
   */
  async result(options: WaitOptions = {}): Promise<RunResult<Output>> {
    return this.wait(parseWaitOptions(options, `result of run '${this.id}'`));
  }

  /** @internal */
  async wait({ timeout, waitForWorker, signal }: ParsedWait): Promise<RunResult<Output>> {
    const stop = createStop();
    const asking = new Asking(this.#client, stop.signal);
    const watch = this.#watch(asking);
    const cancel = (): void => void this.cancel(toReason(signal?.reason)).catch(() => undefined);
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel);
    try {
      const waits = [this.#outcome(watch), watchForWorker({ ...watch, waitForWorker })];
      if (timeout !== undefined) waits.push(this.#timeOut(timeout, watch));
      return new RunResult<Output>(this.id, await Promise.race(waits), () => this.#read());
    } finally {
      stop.abort();
      await asking.idle();
      signal?.removeEventListener('abort', cancel);
    }
  }

  async status(): Promise<RunStatus> {
    const { status } = await this.#existing(() => this.#handle.describe());
    return STATUS[status.name] ?? 'running';
  }

  /** Spent until now. */
  async usage(): Promise<Usage> {
    return (await this.#read()).usage;
  }

  /** Said until now. Read from the run's history: no worker needs to live for it. */
  async messages(): Promise<readonly ModelMessage[]> {
    return (await this.#read()).messagesSoFar();
  }

  /** The times until now when the messages became too many for the model, and what was done about it. */
  async compactions(): Promise<readonly Compaction[]> {
    return (await this.#read()).compactions;
  }

  /**
   * Asks the run to stop. The HTTP request in flight is aborted within 2 seconds; whoever waits for the result gets
   * `RunCancelledError`, with what was spent and said. Cancelling a run that ended changes nothing.
   */
  async cancel(reason = ''): Promise<void> {
    await this.#existing(() =>
      this.#client.workflowService.requestCancelWorkflowExecution({
        namespace: this.#client.options.namespace,
        workflowExecution: { workflowId: this.id },
        identity: this.#client.options.identity,
        reason: reason.toWellFormed(),
      }),
    );
  }

  async #outcome(look: Look<WorkflowExecutionDescription>): Promise<RunOutcome> {
    const ask = (): Promise<unknown> =>
      this.#client.withAbortSignal(look.signal, () => this.#handle.result());
    try {
      const told = this.#existing(() => Promise.race([ask(), untilEnded(look).then(ask)]));
      return (await told) as RunOutcome; // this library's wire contract
    } catch (error) {
      throw await toRunError(error, this.id, () => this.#read());
    }
  }

  #watch(asking: Asking): Watch {
    const { signal } = asking;
    let look: Promise<WorkflowExecutionDescription> | undefined;
    const describe = (): Promise<WorkflowExecutionDescription> =>
      asking.ask(() => this.#existing(() => this.#handle.describe())).finally(() => (look = undefined));
    return {
      describe: () => (look ??= describe()), // two that look at the same moment see the same
      explain: (taskQueue) => asking.ask(() => explainWait(this.#client, taskQueue, 'It starts')),
      signal,
    };
  }

  async #timeOut(timeout: number, look: Look<WorkflowExecutionDescription>): Promise<RunOutcome> {
    await pause(timeout, look.signal);
    const description = await look.describe();
    if (hasEnded(description)) return this.#outcome(look);
    const run = await this.#read();
    const state = isUntouched(description) ? 'It waits for a worker' : 'It goes on';
    throw new RunTimedOutError(
      `run '${this.id}' did not finish within ${timeout / 1000} s. ${state}: getRun('${this.id}') finds it.`,
      { runId: this.id, usage: run.usage, messages: run.messagesSoFar(), stillRunning: true },
    );
  }

  /** The server went away after the run was started; the run is in its database. */
  #unreachable(cause: unknown): ServerUnreachableError {
    const address = addressOf(this.#client) ?? 'its address';
    return new ServerUnreachableError(
      `The Temporal server at '${address}' does not answer any more. Run '${this.id}' goes on when it does: getRun('${this.id}') finds it.`,
      { address, cause },
    );
  }

  #read(): Promise<RecordedRun> {
    return this.#existing(() => readRun(this.#client, this.id));
  }

  async #existing<Value>(ask: () => Promise<Value>): Promise<Value> {
    try {
      return await ask();
    } catch (error) {
      if (isNotFound(error)) {
        const { namespace } = this.#client.options;
        throw new UserError(`no run '${this.id}' exists in namespace '${namespace}'`, { cause: error });
      }
      if (error instanceof ExternalStorageNotConfiguredError) {
        throw new UserError(
          `run '${this.id}' has values in external storage: give the client the same option storage as the worker has`,
          { cause: error },
        );
      }
      throw isUnavailable(error) ? this.#unreachable(error) : error;
    }
  }
}

/** Why somebody fired a signal. */
export function toReason(reason: unknown): string {
  return reason instanceof Error ? reason.message : typeof reason === 'string' ? reason : '';
}
