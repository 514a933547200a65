import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  WithStartWorkflowOperation,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  type WorkflowUpdateHandle,
} from '@temporalio/client';
import { ExternalStorageNotConfiguredError } from '@temporalio/common';
import {
  type ConversationInput,
  TURN_QUERY,
  TURN_UPDATE,
  type TurnAnswer,
  type TurnInput,
} from '../common/conversation-wire';
import { ServerUnreachableError, UserError } from '../common/errors';
import { isNotFound } from '../common/grpc-status';
import type { UserPrompt } from '../common/messages';
import type { RunOutcome } from '../common/wire';
import { type Reach, readConversation, type RecordedConversation } from '../history';
import type { ParsedConversation } from './conversation-options';
import { withWorkerWarning } from './missing-worker';
import { closed, toRefusalError } from './refusal-error';
import { hasEnded } from './run-end';
import { isUnavailable, toSetback } from './server-errors';
import { toStaticSummary } from './static-summary';
import { addressOf } from './ui-url';

/** Which conversation, and how it is begun if it is not there. */
export interface ConversationTarget extends ParsedConversation {
  readonly id: string;
  readonly agent: string;
  readonly taskQueue: string;
}

/** In milliseconds; without a worker the server itself would take half a minute to say so. */
const ANSWER_TIME = 5_000;

type ConversationStart = (input: ConversationInput) => Promise<unknown>;

/** The workflow of a conversation, as its clients talk to it. */
export class ConversationWorkflow {
  constructor(
    readonly client: Client,
    readonly target: ConversationTarget,
  ) {}

  get id(): string {
    return this.target.id;
  }

  get handle(): WorkflowHandle {
    return this.client.workflow.getHandle(this.id);
  }

  /** Has a turn taken; begins the conversation if it is not there. */
  async send(
    input: TurnInput,
    { updateId, prompt }: { updateId: string; prompt: UserPrompt | undefined },
  ): Promise<WorkflowUpdateHandle<RunOutcome>> {
    const { agent, taskQueue, request, summary } = this.target;
    const startWorkflowOperation = new WithStartWorkflowOperation<ConversationStart>(agent, {
      workflowId: this.id,
      taskQueue,
      args: [{ conversation: request }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      ...toStaticSummary(summary, prompt),
    });
    return this.client.workflow.startUpdateWithStart<ConversationStart, RunOutcome, [TurnInput]>(
      TURN_UPDATE,
      { args: [input], updateId, waitForStage: 'ACCEPTED', startWorkflowOperation },
    );
  }

  /** Makes a change, or asks for one, of a conversation that is there. */
  update<Input, Result>(
    name: string,
    input: Input,
    updateId?: string,
  ): Promise<WorkflowUpdateHandle<Result>> {
    return this.handle.startUpdate<Result, [Input]>(name, {
      args: [input],
      waitForStage: 'ACCEPTED',
      ...(updateId === undefined ? {} : { updateId }),
    });
  }

  /** Has a change made; `what` says to whoever waits for a worker what none has done. */
  change<Input, Result>(name: string, what: string, input: Input): Promise<Result> {
    return withWorkerWarning(this, what, () => this.#persist<Input, Result>(name, input));
  }

  /** Through everything that only interrupts a change. */
  async #persist<Input, Result>(name: string, input: Input): Promise<Result> {
    await this.describe(); // to say of another agent's that it is
    for (const pause of pauses()) {
      try {
        return await (await this.update<Input, Result>(name, input)).result();
      } catch (error) {
        await this.assertInterrupted(error);
      }
      await sleep(pause);
    }
    throw new Error('pauses go on for ever');
  }

  /** What a turn led to, or where it stands; nothing when no worker answers in time. */
  async ask(turnId: string): Promise<TurnAnswer | undefined> {
    try {
      return await this.client.withDeadline(Date.now() + ANSWER_TIME, () =>
        this.handle.query<TurnAnswer, [string]>(TURN_QUERY, turnId),
      );
    } catch (error) {
      if (isUnavailable(error)) throw this.#unreachable(error);
      return undefined;
    }
  }

  /** @throws {UserError} when there is none, and when it is one of another agent. */
  async read(reach: Reach): Promise<RecordedConversation> {
    const recorded = await this.#existing(() => readConversation(this.client, { runId: this.id }, reach));
    this.#assertOurs(recorded.agent);
    return recorded;
  }

  /** Nothing when it has not begun. */
  async readIfBegun(reach: Reach): Promise<RecordedConversation | undefined> {
    return (await this.describe()) === undefined ? undefined : this.read(reach);
  }

  /** Nothing when it has not begun. @throws {UserError} when it is one of another agent. */
  async describe(): Promise<WorkflowExecutionDescription | undefined> {
    try {
      const description = await this.handle.describe();
      this.#assertOurs(description.type);
      return description;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw isUnavailable(error) ? this.#unreachable(error) : error;
    }
  }

  async isClosed(): Promise<boolean> {
    const description = await this.describe();
    return description !== undefined && hasEnded(description);
  }

  /** @throws what the error means to the caller, unless it is that the same is to be tried again. */
  async assertInterrupted(error: unknown): Promise<void> {
    const setback = toSetback(error);
    switch (setback.kind) {
      case 'interrupted':
        return;
      case 'cut-off':
        if (await this.isClosed()) throw await this.closedError();
        return;
      case 'closed':
        throw await this.closedError();
      case 'absent':
        throw this.#absent(error);
      case 'foreign':
        throw new UserError(
          `conversation '${this.id}': the workflow of this id is a run, and no conversation; give the conversation an id of its own`,
        );
      case 'refused': {
        const { refusal } = setback;
        if (refusal.kind === 'closing') throw await this.closedError();
        if (refusal.kind === 'elsewhere') return;
        throw toRefusalError(this.id, refusal);
      }
      case 'failed':
        throw setback.cause;
      case 'unknown':
        throw isUnavailable(error) ? this.#unreachable(error) : error;
    }
  }

  /** Says why, as far as that is known. */
  async closedError(): Promise<Error> {
    const { end, closing } = await this.read('last');
    return closed(this.id, end?.reason ?? closing?.reason ?? describeEnd(end?.how));
  }

  async #existing<Value>(ask: () => Promise<Value>): Promise<Value> {
    try {
      return await ask();
    } catch (error) {
      if (isNotFound(error)) throw this.#absent(error);
      if (error instanceof ExternalStorageNotConfiguredError) {
        throw new UserError(
          `conversation '${this.id}' has values in external storage: give the client the same option storage as the worker has`,
          { cause: error },
        );
      }
      throw isUnavailable(error) ? this.#unreachable(error) : error;
    }
  }

  #assertOurs(agent: string): void {
    if (agent !== this.target.agent) throw toRefusalError(this.id, { kind: 'other-agent', agent });
  }

  #absent(cause: unknown): UserError {
    const { namespace } = this.client.options;
    return new UserError(
      `no conversation '${this.id}' exists in namespace '${namespace}'; its first send() begins it`,
      { cause },
    );
  }

  #unreachable(cause: unknown): ServerUnreachableError {
    const address = addressOf(this.client) ?? 'its address';
    return new ServerUnreachableError(
      `The Temporal server at '${address}' does not answer any more. Conversation '${this.id}' goes on when it does: ` +
        `the same send() again, with the same turnId, finds its turn.`,
      { address, cause },
    );
  }
}

function describeEnd(how: string | undefined): string | undefined {
  switch (how) {
    case undefined:
    case 'asked':
      return undefined;
    case 'idle':
      return 'nobody sent for as long as idleTimeout allows';
    default:
      return `its workflow was ${how}`;
  }
}

/** Before something that was interrupted is tried again, in milliseconds. */
export function* pauses(): Generator<number, never> {
  for (let pause = 50; ; pause = Math.min(2_000, pause * 2)) yield pause;
}
