import { z } from 'zod';
import type { Agent, DepsOf } from '../common/agent';
import type { ConversationRequest, WhenBusy } from '../common/conversation-wire';
import { type Duration, longDurationSchema } from '../common/duration';
import { UserError } from '../common/errors';
import type { JsonObject } from '../common/json';
import type { UserPrompt } from '../common/messages';
import {
  idSchema,
  jsonObjectSchema,
  jsonSchema,
  MAX_ID_LENGTH,
  usageLimitsSchema,
} from '../common/option-schemas';
import { parseOptions } from '../common/options';
import { type RollOverOptions, rollOverSchema } from '../common/roll-over';
import { runRequestSchema } from '../common/run-request';
import type { UsageLimits } from '../common/usage';
import type { RunRequest } from '../common/wire';
import type { AgentReference } from './agent-reference';
import {
  assertOptions,
  type CommonRunOptions,
  type ParsedWait,
  parseWaitOptions,
  type WaitOptions,
  withoutUndefined,
} from './run-options';

/** How a conversation is begun. Once it is, these stay as they are. */
export interface ConversationOptions<A extends Agent = Agent> {
  /** For turns that bring none of their own. */
  readonly deps?: DepsOf<A>;
  /** For all turns together, on top of those of each turn. @default none */
  readonly usageLimits?: UsageLimits;
  /** The conversation closes by itself when nobody sends for so long. @default never */
  readonly idleTimeout?: Duration;
  /** How much history one of its workflow runs may write before another one goes on. @default the agent's */
  readonly rollOver?: RollOverOptions;
  /** Yours; kept with the conversation, never sent to the model. */
  readonly metadata?: JsonObject;
  /** What the UI's list shows; `false` for nothing. @default the first line of its first prompt */
  readonly summary?: string | false;
}

/** What a turn takes over from a run. */
type RunPart = Pick<
  CommonRunOptions,
  | 'model'
  | 'modelSettings'
  | 'usageLimits'
  | 'outputType'
  | 'resultType'
  | 'retries'
  | 'instructions'
  | 'metadata'
>;

export interface CommonSendOptions extends RunPart, WaitOptions {
  /**
   * Names the turn: the same id and prompt again, from any process, is the same turn, and gets the same result. Up to
   * 200 characters.
   * @default a sortable unique text
   */
  readonly turnId?: string;
  /**
   * While another turn runs or waits: `queue` waits for its end, `reject` throws `ConversationBusyError`, `interrupt`
   * cancels the one that runs and comes next.
   * @default 'queue'
   */
  readonly whenBusy?: WhenBusy;
}

export type SendOptions<A extends Agent = Agent> = CommonSendOptions & {
  /** The agent of this turn. @default the conversation's */
  readonly agent?: AgentReference<A>;
  /** @default the conversation's */
  readonly deps?: DepsOf<A>;
};

/** Options of a retry: it has the last turn's agent, and does not wait for others. */
export type RetryOptions<A extends Agent = Agent> = Omit<SendOptions<A>, 'agent' | 'whenBusy'>;

/** Options as they come in, of any agent. */
export type AnySendOptions = CommonSendOptions & { readonly agent?: unknown; readonly deps?: unknown };

export interface ParsedConversation {
  readonly request: ConversationRequest;
  readonly summary: string | false | undefined;
}

export interface ParsedTurn {
  readonly turnId: string | undefined;
  readonly whenBusy: WhenBusy | undefined;
  readonly request: RunRequest;
  readonly wait: ParsedWait;
}

const conversationSchema = z.strictObject({
  deps: jsonSchema.optional(),
  usageLimits: usageLimitsSchema.optional(),
  idleTimeout: longDurationSchema.optional(),
  rollOver: rollOverSchema.optional(),
  metadata: jsonObjectSchema.optional(),
});

const summarySchema = z.strictObject({ summary: z.union([z.string(), z.literal(false)]).optional() });

/** With the digest behind it, an update's id stays below what a database keeps. */
export const MAX_TURN_ID_LENGTH = 200;

export const turnIdSchema = idSchema.max(MAX_TURN_ID_LENGTH);

const turnSchema = z.strictObject({
  turnId: turnIdSchema.optional(),
  whenBusy: z.enum(['queue', 'reject', 'interrupt']).optional(),
});

export const conversationIdSchema = idSchema.max(MAX_ID_LENGTH);

/** @throws {UserError} naming each bad field. */
export function parseConversationOptions(id: unknown, options: object = {}): ParsedConversation {
  const { id: known } = parseOptions(z.object({ id: conversationIdSchema }), { id }, 'conversation');
  const where = `conversation '${known}'`;
  assertOptions(options, where);
  const { summary, ...rest } = withoutUndefined(options) as ConversationOptions; // strict schemas check it
  return {
    request: parseOptions(conversationSchema, rest, where) as ConversationRequest, // zod writes `undefined` into optional keys' types
    summary: parseOptions(summarySchema, { summary }, where).summary,
  };
}

/** What runs are told, and turns are not: a conversation has its own. */
const OF_RUNS = [
  'conversationId',
  'continueFrom',
  'deadline',
  'messageHistory',
  'runId',
  'summary',
  'usage',
] as const;

/** @throws {UserError} naming each bad field. */
export function parseTurn(
  where: string,
  prompt: UserPrompt | undefined,
  options: AnySendOptions = {},
): ParsedTurn {
  assertOptions(options, where);
  const { timeout, waitForWorker, signal, turnId, whenBusy, resultType, ...rest } = options;
  const { agent: _read, ...request } = rest;
  if ('prompt' in request) throw new UserError(`${where}: prompt: is no option; it goes in front of them`);
  const unfit = OF_RUNS.find((name) => name in request);
  if (unfit !== undefined) throw new UserError(`${where}: ${unfit}: is for runs, not for turns`);
  if (resultType !== undefined && request.outputType !== undefined) {
    throw new UserError(`${where}: resultType: is another name of outputType; give one of them`);
  }
  const turn = parseOptions(turnSchema, { turnId, whenBusy }, where);
  const asked = { ...request, outputType: request.outputType ?? resultType, prompt };
  return {
    turnId: turn.turnId,
    whenBusy: turn.whenBusy,
    request: parseOptions(runRequestSchema, withoutUndefined(asked), where),
    wait: parseWaitOptions({ timeout, waitForWorker, signal } as WaitOptions, where), // undefined means not given
  };
}
