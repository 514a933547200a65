import type { JsonObject } from '../common/json';
import type { FinishReason, ModelMessage, ModelResponse } from '../common/messages';
import type { Usage } from '../common/usage';
import type { RunOutcome } from '../common/wire';
import type { Compaction } from '../history';

/** What was said in a run, and before it. */
export interface SaidInRun {
  messagesSoFar(): readonly ModelMessage[];
  /** How many of these were said before. */
  historyLength(): number;
  readonly compactions: readonly Compaction[];
}

/** What a run led to. */
export class RunResult<Output = unknown> {
  /** The answer, as the agent's output schema describes it. */
  readonly output: Output;
  readonly usage: Usage;
  readonly runId: string;
  readonly conversationId: string;
  /** Why the model stopped after its last response. */
  readonly finishReason: FinishReason | undefined;
  /** The metadata that the run was started with. */
  readonly metadata: JsonObject | undefined;
  /** With `onLimit: 'final-answer'`: the limit after which the model was asked for this answer, as its error would say it. */
  readonly limitReached: string | undefined;
  readonly #read: () => Promise<SaidInRun>;

  constructor(runId: string, outcome: Omit<RunOutcome, 'tail'>, read: () => Promise<SaidInRun>) {
    this.output = outcome.output as Output; // validated on the worker by the schema that `Output` is inferred from
    this.usage = outcome.usage;
    this.runId = runId;
    this.conversationId = outcome.conversationId ?? runId;
    this.finishReason = outcome.finishReason;
    this.metadata = outcome.metadata;
    this.limitReached = outcome.limitReached;
    this.#read = read;
  }

  /** The Temporal workflow that holds the run. */
  get workflowId(): string {
    return this.runId;
  }

  /** Every message of the conversation. Read from the run's history on demand: the result itself stays small. */
  async allMessages(): Promise<readonly ModelMessage[]> {
    return (await this.#read()).messagesSoFar();
  }

  /** The messages of this run, without those that it continued. */
  async newMessages(): Promise<readonly ModelMessage[]> {
    const run = await this.#read();
    return run.messagesSoFar().slice(run.historyLength());
  }

  /** The times when the messages became too many for the model, and what was done about it. Read as messages are. */
  async compactions(): Promise<readonly Compaction[]> {
    return (await this.#read()).compactions;
  }

  /** The last response of the model. */
  async response(): Promise<ModelResponse | undefined> {
    return (await this.allMessages()).findLast((message) => message.kind === 'response');
  }
}
