import { z } from 'zod';
import type { Agent, DepsOf } from '../common/agent';
import { type Duration, durationSchema } from '../common/duration';
import { UserError } from '../common/errors';
import type { JsonObject } from '../common/json';
import type { ModelMessage, UserPrompt } from '../common/messages';
import type { ModelSettings } from '../common/model-settings';
import { idSchema, MAX_ID_LENGTH } from '../common/option-schemas';
import { parseOptions } from '../common/options';
import { runRequestSchema } from '../common/run-request';
import type { Usage, UsageLimits } from '../common/usage';
import type { RunRequest } from '../common/wire';

/** What a run may be told beside its prompt. All of it but the last group is data and becomes part of the run. */
export interface CommonRunOptions {
  /**
   * The run's id, and its workflow's. The same id again is the same run: nothing is started twice.
   * @default the agent's name and a sortable unique text
   */
  readonly runId?: string;
  /** A model that the worker can resolve; overrides the agent's. */
  readonly model?: string;
  /** Merged key by key over the agent's. */
  readonly modelSettings?: ModelSettings;
  /** Merged limit by limit over the agent's. */
  readonly usageLimits?: UsageLimits;
  /**
   * Messages of earlier runs, as `allMessages()` returned them: the run continues the conversation. Large ones are
   * compressed on their way.
   */
  readonly messageHistory?: readonly ModelMessage[];
  /** The id of an ended run: its messages are continued, without passing through this process. */
  readonly continueFrom?: string;
  /** Groups runs that belong together. @default the run's id */
  readonly conversationId?: string;
  /** Which of the outputs that the agent registered by name the answer has to be. */
  readonly outputType?: string;
  /** Another name of `outputType`. */
  readonly resultType?: string;
  /** How often the model may try again; overrides the agent's. */
  readonly retries?: { readonly output?: number; readonly tools?: number };
  /** When the run has to be over; what is not finished then ends with `RunTimedOutError`. */
  readonly deadline?: Date;
  /** Spent before this run; limits hold for the sum. @default nothing */
  readonly usage?: Partial<Usage>;
  /** Sent with this run's requests, after the agent's own. */
  readonly instructions?: string;
  /** Yours; kept with the run, never sent to the model. */
  readonly metadata?: JsonObject;
  /** What the UI's list shows; `false` for nothing. @default the prompt's first line */
  readonly summary?: string | false;
}

/** How long a caller waits, and for what. */
export interface WaitOptions {
  /** How long to wait for the result. When the time is up `RunTimedOutError` says so, and the run goes on. @default no end */
  readonly timeout?: Duration;
  /**
   * How long the run may wait for a worker to take it before the caller is told by `NoWorkerError`. Without it, a
   * warning says so after 5 seconds, and the caller waits on.
   * @default no end
   */
  readonly waitForWorker?: Duration;
  /** Cancels the run when it fires. */
  readonly signal?: AbortSignal;
}

type DepsOption<Deps> = undefined extends Deps ? { readonly deps?: Deps } : { readonly deps: Deps };

export type StartOptions<A extends Agent = Agent> = CommonRunOptions & DepsOption<DepsOf<A>>;
export type RunOptions<A extends Agent = Agent> = StartOptions<A> & WaitOptions;

/** Options can be left out unless the agent needs `deps`. */
export type OptionsArgument<A extends Agent, Options> =
  undefined extends DepsOf<A> ? [options?: Options] : [options: Options];

/** Options of any agent, as they come in. */
export type AnyRunOptions = CommonRunOptions & WaitOptions & { readonly deps?: unknown };

/** Options as they were checked. */
export interface ParsedRun {
  readonly request: RunRequest;
  readonly runId: string | undefined;
  readonly summary: string | false | undefined;
  readonly deadline: Date | undefined;
  readonly wait: ParsedWait;
}

export interface ParsedWait {
  /** In milliseconds. */
  readonly timeout: number | undefined;
  /** In milliseconds. */
  readonly waitForWorker: number | undefined;
  readonly signal: AbortSignal | undefined;
}

const waitSchema = z.strictObject({
  timeout: durationSchema.optional(),
  waitForWorker: durationSchema.optional(),
  signal: z.instanceof(AbortSignal).optional(),
});

const startSchema = z.strictObject({
  runId: idSchema.max(MAX_ID_LENGTH).optional(),
  summary: z.union([z.string(), z.literal(false)]).optional(),
  deadline: z.date().optional(),
});

/** @throws {UserError} naming each bad field. */
export function parseRunOptions(
  agent: string,
  prompt: UserPrompt | undefined,
  options: AnyRunOptions = {},
): ParsedRun {
  const where = `run of agent '${agent}'`;
  assertOptions(options, where);
  const { timeout, waitForWorker, signal, runId, summary, deadline, resultType, ...request } = options;
  if (resultType !== undefined) assertNotBoth(request, where);
  const start = parseOptions(startSchema, { runId, summary, deadline }, where);
  const asked = { ...request, outputType: request.outputType ?? resultType, prompt };
  return {
    request: parseOptions(runRequestSchema, withoutUndefined(asked), where),
    runId: start.runId,
    summary: start.summary,
    deadline: start.deadline,
    wait: parseWaitOptions({ timeout, waitForWorker, signal } as WaitOptions, where), // undefined means not given
  };
}

export function parseWaitOptions(options: WaitOptions, where: string): ParsedWait {
  const { timeout, waitForWorker, signal } = parseOptions(waitSchema, options, where);
  return { timeout, waitForWorker, signal };
}

/** Taking anything else apart would lose it without a word. */
export function assertOptions(options: unknown, where: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new UserError(`${where}: options: expected an object`);
}

function assertNotBoth({ outputType }: AnyRunOptions, where: string): void {
  if (outputType === undefined) return;
  throw new UserError(`${where}: resultType: is another name of outputType; give one of them`);
}

export function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}
