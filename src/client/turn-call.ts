import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowUpdateHandle } from '@temporalio/client';
import { TURN_UPDATE, type TurnEnd, type TurnInput } from '../common/conversation-wire';
import { isNotFound } from '../common/grpc-status';
import type { UserPrompt } from '../common/messages';
import type { RunOutcome } from '../common/wire';
import { type ConversationWorkflow, pauses } from './conversation-workflow';
import { findEnd, findEndInClosed, toFailure, toTurnEnd } from './find-end';
import { toRefusalError } from './refusal-error';
import { toTurnError } from './run-error';
import { toSetback } from './server-errors';
import { saidUntil } from './turn-messages';

/** What is sent, and whether that may begin the conversation. */
export interface TurnSent {
  readonly input: TurnInput;
  readonly updateId: string;
  readonly prompt?: UserPrompt | undefined;
  readonly begins: boolean;
}

/** `UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED` in Temporal's enumeration. */
const ACCEPTED = 2;

/** A turn that is sent, or waited for; goes on through everything that only interrupts it. */
export class TurnCall {
  /** Whether a worker has taken it. */
  isTaken = false;
  /** Whether a worker is asked for it, and has not answered. */
  isAsked = false;

  constructor(
    readonly workflow: ConversationWorkflow,
    readonly sent: TurnSent,
  ) {}

  get turnId(): string {
    return this.sent.input.turnId;
  }

  /** Has the turn taken, and does not wait for its end. @throws what it is refused with. */
  async take(stop: AbortSignal): Promise<void> {
    await this.#persist(stop, async (update) => {
      if (!(await this.#isAccepted(update))) await update.result(); // throws what it was refused with
    });
  }

  /** @throws what the turn failed with, or was refused with. */
  async outcome(stop: AbortSignal): Promise<RunOutcome> {
    const known = this.sent.input.asked === undefined ? await this.findEnd() : undefined;
    const end = known ?? (await this.#persist(stop, async (update) => ({ outcome: await update.result() })));
    if ('outcome' in end) return end.outcome;
    throw await this.#toError(end);
  }

  /** Sends it until it comes to an end, or to what somebody looks for in its update before that. */
  async #persist<Found>(
    stop: AbortSignal,
    look: (update: WorkflowUpdateHandle<RunOutcome>) => Promise<Found>,
  ): Promise<Found | TurnEnd> {
    for (let waits = pauses(); ;) {
      try {
        const update = await this.#send();
        this.isTaken = true;
        waits = pauses(); // of those to come, not of those that another workflow run was gone on with
        return await look(update);
      } catch (error) {
        if (stop.aborted) throw error;
        const end = await this.#endOf(error);
        if (end !== undefined) return end;
      }
      await sleep(waits.next().value, undefined, { signal: stop });
    }
  }

  async #send(): Promise<WorkflowUpdateHandle<RunOutcome>> {
    const { updateId, prompt, begins } = this.sent;
    const input = { ...this.sent.input, of: this.workflow.target.agent };
    if (begins) return this.workflow.send(input, { updateId, prompt });
    return this.workflow.update<TurnInput, RunOutcome>(TURN_UPDATE, input, updateId);
  }

  /** The server remembers no update that was refused. */
  async #isAccepted({ updateId, workflowRunId }: WorkflowUpdateHandle<RunOutcome>): Promise<boolean> {
    const { client, id } = this.workflow;
    try {
      await client.workflowService.pollWorkflowExecutionUpdate({
        namespace: client.options.namespace,
        identity: client.options.identity,
        updateRef: { updateId, workflowExecution: { workflowId: id, runId: workflowRunId ?? null } },
        waitPolicy: { lifecycleStage: ACCEPTED },
      });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** What the turn led to, when an error tells of it, or where it is to be found; nothing when it is to be sent again. */
  async #endOf(error: unknown): Promise<TurnEnd | undefined> {
    const setback = toSetback(error);
    if (setback.kind === 'failed') return toTurnEnd(setback.cause);
    if (setback.kind === 'closed' || (setback.kind === 'cut-off' && (await this.workflow.isClosed()))) {
      return findEndInClosed(this.workflow, this.sent.input);
    }
    if (setback.kind === 'refused' && setback.refusal.kind === 'elsewhere') {
      return findEnd(this.workflow, setback.refusal);
    }
    await this.workflow.assertInterrupted(error);
    return undefined;
  }

  /** What the turn led to, if it has ended: to ask costs no event, to wait does. */
  async findEnd(): Promise<TurnEnd | undefined> {
    const { workflow, turnId } = this;
    if (await workflow.isClosed()) return findEndInClosed(workflow, { turnId });
    this.isAsked = true;
    const answer = await workflow.ask(turnId);
    this.isAsked = false;
    switch (answer?.kind) {
      case undefined:
      case 'queued':
      case 'running':
      case 'closing':
        return undefined;
      case 'ended':
        return answer.end;
      case 'elsewhere':
        return findEnd(workflow, answer);
      case 'conflict':
      case 'other-agent':
      case 'busy':
      case 'unknown-turn':
      case 'compacted':
      case 'forgotten':
        throw toRefusalError(workflow.id, answer);
    }
  }

  #toError({ failure }: Extract<TurnEnd, { failure: unknown }>): Promise<Error> {
    const { id: conversationId } = this.workflow;
    return toTurnError(toFailure(failure), { turnId: this.turnId, conversationId }, async () => {
      const recorded = await this.workflow.read('last');
      const said = saidUntil(recorded, this.turnId);
      return {
        usage: recorded.usage,
        messagesSoFar: () => said.messagesSoFar(),
        response: (id) => recorded.response(id),
      };
    });
  }
}
