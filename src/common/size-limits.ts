import { takeCharacters } from './json';

/**
 * What may become one payload: the server refuses more than 2 MiB, and codecs (encryption) need some room.
 * An oversized command would block its workflow task for ever, so sizes are checked where values are made.
 */
export const MAX_PAYLOAD_BYTES = 1_900_000;

/**
 * What may become one payload when large ones are stored elsewhere. A worker holds it several times over, some 0.6 GB for
 * one of this size, and one that has forgotten the run asks for it in pages, for some 12 seconds.
 */
export const MAX_STORED_PAYLOAD_BYTES = 32 * 1024 * 1024;

/** Larger payloads go to the storage, where there is one. */
export const STORAGE_THRESHOLD_BYTES = 256 * 1024;

/** Of both: summaries and memos, which people and the client read in place, are far below it. */
export const MIN_THRESHOLD_BYTES = 1024;

/** Larger payloads are compressed, where that is asked for. */
export const COMPRESSION_THRESHOLD_BYTES = 4 * 1024;

/**
 * State that one workflow run hands to the next in full, its messages included. Beyond it a worker compresses the
 * messages, which the sandbox cannot; Temporal's SDK warns of payloads from 512 KiB on.
 */
export const MAX_CARRIED_BYTES = 500_000;

/** Turns of which a conversation remembers all but their messages; of those before, it remembers the ids. */
export const MAX_RECENT_TURNS = 100;

/** Ids of older turns, in JSON characters; beyond it the oldest are forgotten, and could be taken a second time. */
export const MAX_OLDER_TURNS_LENGTH = 200_000;

/** Results of turns that a conversation hands on; those before are read where they were recorded. */
export const MAX_CARRIED_RESULTS = 20;
export const MAX_CARRIED_RESULTS_LENGTH = 64 * 1024;

/** A longer prompt is not handed on beside the messages, of which it is one. */
export const MAX_CARRIED_PROMPT_BYTES = 8 * 1024;

/**
 * History that a workflow run writes before another one goes on with it. With what it was handed, its last step and what
 * it hands on, it stays below the 4 MiB at which Temporal suggests it, where compaction keeps the messages few.
 */
export const DEFAULT_ROLL_OVER_BYTES = 2.5 * 1024 * 1024;

/** Temporal suggests it at 4,096. */
export const DEFAULT_ROLL_OVER_EVENTS = 4_000;

/** Larger tool arguments go to the tool by reference to the transcript instead of being recorded a second time. */
export const MAX_INLINE_ARGUMENTS_BYTES = 8 * 1024;

/** All inline tool arguments of one step together; a workflow task may emit 4 MB in sum. */
export const MAX_INLINE_ARGUMENTS_PER_STEP_BYTES = 256 * 1024;

/** Characters of an error's text that are recorded. The server cuts an activity's failure at 4 KiB. */
export const MAX_ERROR_TEXT_LENGTH = 1_000;

/** Of what a run that fails added to its transcript at last: retry prompts for hundreds of calls would fill a failure. */
export const MAX_FAILURE_TAIL_BYTES = 32 * 1024;

/** Tool calls that one response may hold, so that what one workflow task emits stays bounded. */
export const MAX_TOOL_CALLS_PER_RESPONSE = 256;

/** Characters of validation issues that a retry prompt shows to the model. */
export const MAX_RETRY_TEXT_LENGTH = 2_000;

/** Characters of a tool name or tool-call id that a model may invent. */
export const MAX_MODEL_NAME_LENGTH = 128;

/** Characters of one page of a transcript query's answer; at most 3 bytes each, below the 2 MiB of an answer. */
export const TRANSCRIPT_PAGE_LENGTH = 400_000;

/** Attempts of an activity: Temporal counts them in 32 bits. */
export const MAX_ATTEMPTS = 2 ** 31 - 1;

/** Characters of a summary that the UI shows beside a run or an activity. */
export const MAX_SUMMARY_LENGTH = 80;

/** Cuts a text, says how much is missing, and leaves it {@link takeCharacters well-formed}. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text.toWellFormed();
  const kept = takeCharacters(text, length);
  return `${kept}… (${text.length - kept.length} more characters)`;
}
