import type { ModelMessage } from '../common/messages';
import type { Usage } from '../common/usage';
import type { RunOutcome } from '../common/wire';
import type { RecordedRun } from './recorded-run';

/** What a run led to. */
export class RunResult<Output = unknown> {
  /** The answer, as the agent's output schema describes it. */
  readonly output: Output;
  readonly usage: Usage;
  readonly runId: string;
  readonly #read: () => Promise<RecordedRun>;

  constructor(
    runId: string,
    { output, usage }: Pick<RunOutcome, 'output' | 'usage'>,
    read: () => Promise<RecordedRun>,
  ) {
    this.output = output as Output; // validated on the worker by the schema that `Output` is inferred from
    this.usage = usage;
    this.runId = runId;
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
}
