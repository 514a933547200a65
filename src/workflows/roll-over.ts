import { CancellationScope, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { jsonBytes } from '../common/json';
import {
  DEFAULT_ROLL_OVER_BYTES,
  DEFAULT_ROLL_OVER_EVENTS,
  MAX_CARRIED_BYTES,
  MAX_CARRIED_PROMPT_BYTES,
  MAX_PAYLOAD_BYTES,
} from '../common/size-limits';
import type { RollOverThreshold, RunRequest } from '../common/wire';
import { toCurrentVersion } from './worker-version';

const DEFAULT_THRESHOLD: RollOverThreshold = {
  bytes: DEFAULT_ROLL_OVER_BYTES,
  events: DEFAULT_ROLL_OVER_EVENTS,
};

/** How much history this workflow run has written since it began its own work. */
export class HistoryGrowth {
  readonly #start = workflowInfo();

  /** What was carried does not count, or the run would be handed on at every step. */
  isDue({ bytes, events } = DEFAULT_THRESHOLD): boolean {
    const { historySize, historyLength } = workflowInfo();
    return (
      this.#isSuggested() ||
      historySize - this.#start.historySize >= bytes ||
      historyLength - this.#start.historyLength >= events
    );
  }

  /** The server does not know what was carried: its word on the size counts when most of it was written here. */
  #isSuggested(): boolean {
    const { continueAsNewSuggested, suggestedContinueAsNewReasons: reasons, historySize } = workflowInfo();
    if (!continueAsNewSuggested) return false;
    if (reasons === undefined) return !this.#start.continueAsNewSuggested; // an older server
    const known = this.#start.suggestedContinueAsNewReasons ?? [];
    const isNews = reasons.some((reason) => reason !== TOO_LARGE && !known.includes(reason));
    return isNews || (reasons.includes(TOO_LARGE) && historySize >= 2 * this.#start.historySize);
  }
}

const TOO_LARGE = 'HISTORY_SIZE_TOO_LARGE';

/**
 * Ends this workflow run; another one of the same id goes on where it stands. Returns when it cannot be: when the run
 * was cancelled, which the next step hears of, or when what it would carry does not fit, which after the next step it may.
 */
export async function continueAsNew<Input, Carried>({
  input,
  whole,
  light,
  room = MAX_PAYLOAD_BYTES,
}: HandOver<Input, Carried>): Promise<void> {
  if (CancellationScope.current().consideredCancelled) return;
  const left = room - jsonBytes(input);
  const carried = jsonBytes(whole) <= Math.min(MAX_CARRIED_BYTES, left) ? whole : light;
  if (jsonBytes(carried) > left) return;
  const goOn =
    makeContinueAsNewFunc<(input: Input, carried: Carried) => Promise<unknown>>(toCurrentVersion());
  await goOn(input, carried);
}

/** The arguments of the workflow run that goes on. All of a command count together. */
interface HandOver<Input, Carried> {
  readonly input: Input;
  /** With the messages, and without them: the next workflow run then loads them. */
  readonly whole: Carried;
  readonly light: Carried;
  /** For all of it, in bytes. @default what a history can record */
  readonly room?: number | undefined;
}

/** The prompt is a message by now; a short one stays for people to read. */
export function toCarriedRequest({ prompt, ...rest }: RunRequest): RunRequest {
  return prompt === undefined || jsonBytes(prompt) > MAX_CARRIED_PROMPT_BYTES ? rest : { prompt, ...rest };
}
