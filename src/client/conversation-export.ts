import { z } from 'zod';
import type { Span } from '../common/conversation-wire';
import { UserError } from '../common/errors';
import type { JsonObject } from '../common/json';
import { messagesSchema } from '../common/message-schema';
import type { ModelMessage } from '../common/messages';
import { jsonObjectSchema } from '../common/option-schemas';
import { parseOptions } from '../common/options';
import { runRequestSchema, usageSchema } from '../common/run-request';
import type { Usage } from '../common/usage';
import type { RunRequest } from '../common/wire';
import type { RecordedConversation } from '../history';
import { turnIdSchema } from './conversation-options';
import { type EndedTurn, isEnded } from './ended-turns';

/** A turn of an exported conversation that had ended. */
export interface ExportedTurn {
  readonly id: string;
  readonly digest: string;
  /** The update that took it. */
  readonly updateId: string;
  readonly agent?: string | undefined;
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly usage: Partial<Usage>;
  /** From one index among `messages` to before another. */
  readonly span?: Span | undefined;
}

/** A conversation as JSON, to be kept or to be imported: everything but `deps`, which may be secret. */
export interface ConversationExport {
  /** Newer versions of this library read older formats. */
  readonly format: 1;
  readonly agent: string;
  readonly conversationId: string;
  readonly metadata?: JsonObject | undefined;
  readonly usage: Partial<Usage>;
  readonly turns: readonly ExportedTurn[];
  /** What the model reads, until the end of the last turn that had ended. */
  readonly messages: readonly ModelMessage[];
  /** How many messages it does not read any more. */
  readonly dropped: number;
  /** How many more were said than it reads. */
  readonly shift: number;
  /** What the last turn was asked, for `retry()`. */
  readonly last?: { readonly id: string; readonly request: RunRequest } | undefined;
}

export function toExport(conversationId: string, recorded: RecordedConversation): ConversationExport {
  const { agent, request, usage } = recorded;
  const turns = recorded.placedTurns().filter(isEnded);
  const { metadata } = request;
  const last = turns.at(-1);
  const exported: ConversationExport = {
    format: 1,
    agent,
    conversationId,
    metadata,
    usage,
    turns: turns.map(toExportedTurn),
    messages: recorded.seenOfEnded(),
    dropped: recorded.dropped,
    shift: recorded.shift,
    last: last?.request && { id: last.id, request: withoutDeps(last.request) },
  };
  return JSON.parse(JSON.stringify(exported)) as ConversationExport; // JSON has no `undefined`; nothing else differs
}

function toExportedTurn({ id, digest, updateId, agent, status, usage, span }: EndedTurn): ExportedTurn {
  return { id, digest, updateId, agent, status, usage, span };
}

function withoutDeps({ deps: _perhapsSecret, ...request }: RunRequest): RunRequest {
  return request;
}

const count = z.int().min(0);

const turnSchema = z.strictObject({
  id: turnIdSchema,
  digest: z.string(),
  updateId: z.string(),
  agent: z.string().min(1).optional(),
  status: z.enum(['completed', 'failed', 'cancelled']),
  usage: usageSchema,
  span: z.tuple([count, count]).optional(),
});

const exportSchema = z
  .strictObject({
    format: z.literal(1),
    agent: z.string().min(1),
    conversationId: z.string().min(1),
    metadata: jsonObjectSchema.optional(),
    usage: usageSchema,
    turns: z.array(turnSchema),
    messages: messagesSchema,
    dropped: count,
    shift: count,
    last: z.strictObject({ id: turnIdSchema, request: runRequestSchema }).optional(),
  })
  .superRefine(({ turns, messages }, context) => {
    turns.forEach(({ span }, index) => {
      if (span === undefined || (span[0] <= span[1] && span[1] <= messages.length)) return;
      const message = `expected a range among the ${messages.length} messages`;
      context.addIssue({ code: 'custom', path: ['turns', index, 'span'], message });
    });
  });

/** @throws {UserError} with the path of each bad field. */
export function fromExport(json: unknown, where: string): ConversationExport {
  const value = typeof json === 'string' ? parseText(json, where) : json;
  const parsed = parseOptions(exportSchema, value, where);
  return parsed as ConversationExport; // zod writes `undefined` into the types of optional keys; nothing else differs
}

function parseText(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new UserError(`${where}: expected what export() returned, or its JSON: ${problem}`, {
      cause: error,
    });
  }
}
