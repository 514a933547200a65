import { CANCEL_TURN_UPDATE, type CancelTurnInput, type TurnStatus } from '../common/conversation-wire';
import { ConversationClosedError } from '../common/errors';
import { statusOf } from '../history';
import type { ConversationWorkflow } from './conversation-workflow';
import { parseWaitOptions, type WaitOptions } from './run-options';
import { TurnCall } from './turn-call';
import { TurnResult } from './turn-result';
import { waitForEnd } from './turn-wait';

/** A turn of a conversation that was taken: by this process or by any other. */
export class Turn<Output = unknown> {
  readonly #workflow: ConversationWorkflow;

  constructor(
    workflow: ConversationWorkflow,
    /** The turn's id. */
    readonly id: string,
  ) {
    this.#workflow = workflow;
  }

  get conversationId(): string {
    return this.#workflow.id;
  }

  /**
   * Waits for the turn's end.
   * @throws {AgentRunError} or one of its children when the turn failed or was cancelled.
   * @throws {RunTimedOutError} with `stillRunning` when `timeout` is up.
   * @throws {NoWorkerError} when `waitForWorker` is up and no worker answers.
   * @throws {UnknownTurnError} when the conversation has no such turn.
   * @throws {TurnNotKeptError} when its result is not retained any more.
   * @throws {ConversationClosedError} when the conversation ended before the turn did.
   */
  async result(options: WaitOptions = {}): Promise<TurnResult<Output>> {
    const where = `result of turn '${this.id}' of conversation '${this.conversationId}'`;
    const wait = parseWaitOptions(options, where);
    const outcome = await waitForEnd(this.#call(), wait);
    return new TurnResult<Output>(this.#workflow, this.id, outcome);
  }

  /** @throws {UnknownTurnError} when the conversation has no such turn. */
  async status(): Promise<TurnStatus> {
    const recorded = await this.#workflow.read('last');
    const turn = recorded.turns.find(this.id);
    if (turn !== undefined) return turn.status;
    const end = await this.#call().findEnd();
    return end === undefined ? 'running' : statusOf(end);
  }

  /**
   * Stops the turn, wherever it stands; whoever waits for it gets `RunCancelledError`. What was said stays in the
   * conversation. Cancelling a turn that has ended changes nothing.
   * @throws {UnknownTurnError} when the conversation has no such turn.
   */
  async cancel(reason = ''): Promise<void> {
    const input: CancelTurnInput = { turnId: this.id, reason };
    try {
      await this.#workflow.change(CANCEL_TURN_UPDATE, `cancelled turn '${this.id}'`, input);
    } catch (error) {
      if (!(error instanceof ConversationClosedError)) throw error;
      await this.status(); // to say of a turn that is unknown that it is
    }
  }

  #call(): TurnCall {
    const { id } = this;
    return new TurnCall(this.#workflow, { input: { turnId: id }, updateId: `wait/${id}`, begins: false });
  }
}
