import type { ConversationRequest } from '../common/conversation-wire';
import { UserError } from '../common/errors';
import { NO_USAGE } from '../common/usage';
import type { RecordedConversation } from '../history';
import { beginConversation } from './begin-conversation';
import { type ConversationExport, fromExport } from './conversation-export';
import type { ConversationWorkflow } from './conversation-workflow';
import { toCarriedCopy, toCarriedImport } from './copy-conversation';
import { digestOf } from './digest';
import { isEnded } from './ended-turns';
import { busy, notKept, unknownTurn } from './refusal-error';

/** Begins another conversation with the turns of this one, until one of them. */
export async function forkConversation(
  source: ConversationWorkflow,
  copy: ConversationWorkflow,
  at: string | undefined,
): Promise<void> {
  const recorded = await source.read('last');
  assertIdle(source.id, recorded);
  const { turns, length } = cutAt(source.id, recorded, at);
  const messages = recorded.seenSoFar().slice(0, length);
  const turnId = turns.at(-1)?.id;
  const origin = {
    kind: 'fork',
    conversationId: source.id,
    ...(turnId === undefined ? {} : { turnId }),
    ...placeOf(recorded, messages.length),
  } as const;
  await beginConversation(source.client, copy.target, {
    request: { ...withoutOrigin(recorded.request), ...copy.target.request, origin },
    carried: toCarriedCopy(recorded, { turns, messages, usage: NO_USAGE }),
    digest: digestOf({ kind: 'fork', from: source.id, turnId, request: copy.target.request }),
  });
}

function cutAt(id: string, recorded: RecordedConversation, at: string | undefined) {
  const turns = recorded.placedTurns().filter(isEnded);
  if (at === undefined) return { turns, length: undefined };
  const index = turns.findIndex((turn) => turn.id === at);
  if (index === -1) throw unknownTurn(id, at);
  const length = turns[index]?.span?.[1];
  if (length === undefined) throw notKept(id, at, 'messages');
  return { turns: turns.slice(0, index + 1), length };
}

function assertIdle(id: string, { turns }: RecordedConversation): void {
  const open = turns.all.find((turn) => !isEnded(turn));
  if (open !== undefined) throw busy(id, open.id);
}

/** Has a conversation that is closed go on, under the same id, with all that it has spent. */
export async function reopenConversation(conversation: ConversationWorkflow): Promise<void> {
  const { id, client, target } = conversation;
  const recorded = await conversation.read('last');
  if (!recorded.ended) throw new UserError(`conversation '${id}' is not closed; send() has it go on`);
  const messages = recorded.seenSoFar();
  const origin = {
    kind: 'reopen',
    conversationId: id,
    ...placeOf(recorded, messages.length),
  } as const;
  await beginConversation(client, target, {
    request: { ...withoutOrigin(recorded.request), ...target.request, origin },
    carried: toCarriedCopy(recorded, {
      turns: recorded.placedTurns().filter(isEnded),
      messages,
      usage: recorded.usage,
    }),
    digest: digestOf({ kind: 'reopen', execution: recorded.execution }),
    again: true,
  });
}

/** Begins a conversation with what another one was exported as. */
export async function importConversation(
  conversation: ConversationWorkflow,
  json: unknown,
): Promise<ConversationExport> {
  const { id, client, target } = conversation;
  const exported = fromExport(json, `importConversation '${id}'`);
  const { conversationId, metadata, turns } = exported;
  const turnId = turns.at(-1)?.id;
  const origin = { kind: 'import', conversationId, ...(turnId === undefined ? {} : { turnId }) } as const;
  await beginConversation(client, target, {
    request: { ...(metadata === undefined ? {} : { metadata }), ...target.request, origin },
    carried: toCarriedImport(exported),
    digest: digestOf({ kind: 'import', exported, request: target.request }),
  });
  return exported;
}

/** Which part of a history the messages are loaded from; it may grow meanwhile. */
function placeOf({ execution, events }: RecordedConversation, messages: number) {
  return { execution, events, messages };
}

function withoutOrigin({ origin: _another, ...request }: ConversationRequest): ConversationRequest {
  return request;
}
