import type { CarriedRun } from '../common/carried-run';
import type { RunFailureDetail, RunInput, RunOutcome } from '../common/wire';
import { type Decoder, fromWire, toHanded } from './decode';
import type { HistoryEvent } from './fetch-events';
import { RecordedRun } from './recorded-run';

/** Walks over the beginnings and ends of a run. */
export class RunReader {
  readonly recorded = new RecordedRun();
  readonly #decoder: Decoder;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  async read(event: HistoryEvent): Promise<void> {
    const {
      workflowExecutionStartedEventAttributes: started,
      workflowExecutionContinuedAsNewEventAttributes: continued,
      workflowExecutionCompletedEventAttributes: finished,
      workflowExecutionFailedEventAttributes: failed,
      workflowExecutionCancelRequestedEventAttributes: cancelled,
    } = event;
    if (started) {
      const [input, carried] = await this.#decoder.all(started.input);
      this.recorded.start(fromWire<RunInput>(input), toHanded<CarriedRun>(carried));
    }
    if (continued) {
      const [, carried] = await this.#decoder.all(continued.input);
      this.recorded.continuedAsNew(fromWire<CarriedRun>(carried));
    }
    if (finished) this.recorded.end(await this.#decoder.first<RunOutcome>(finished.result));
    const details = failed?.failure?.applicationFailureInfo?.details;
    if (details) this.recorded.end(await this.#decoder.first<RunFailureDetail>(details));
    if (cancelled) this.recorded.cancelReason = cancelled.cause ?? undefined;
    if (isEnd(event)) this.recorded.ended = true;
  }
}

function isEnd(event: HistoryEvent): boolean {
  return (
    (event.workflowExecutionCompletedEventAttributes ??
      event.workflowExecutionFailedEventAttributes ??
      event.workflowExecutionCanceledEventAttributes ??
      event.workflowExecutionTerminatedEventAttributes ??
      event.workflowExecutionTimedOutEventAttributes ??
      null) !== null
  );
}
