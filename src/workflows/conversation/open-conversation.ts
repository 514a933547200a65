import { workflowInfo } from '@temporalio/workflow';
import type { CarriedConversation, ConversationRequest } from '../../common/conversation-wire';
import type { PackedMessages } from '../../common/wire';
import { adoptTranscript } from '../adopt-transcript';
import { assertReadable } from '../begin-run';
import { loadMessages, loadOwnMessages } from '../load-messages';
import type { RunState } from '../loop';
import {
  type ConversationState,
  fromCarriedConversation,
  requestOf,
  startConversation,
} from '../loop/conversation';

/** A conversation, and the state of the turn that runs in it. */
export interface OpenedConversation {
  readonly conversation: ConversationState;
  readonly run: RunState | undefined;
}

/**
 * A conversation at its beginning, or as it was handed on, forked, imported or opened again: all but messages that were
 * too large. At once, so that it can be talked to from its first moment.
 */
export function openConversation(
  request: ConversationRequest,
  carried: CarriedConversation | undefined,
): OpenedConversation {
  if (carried === undefined) return { conversation: startConversation(request), run: undefined };
  assertReadable(carried);
  return fromCarriedConversation(request, carried);
}

/** The messages that were not handed on; the worker is told that the conversation is one that it may know. */
export async function completeConversation(
  { conversation }: OpenedConversation,
  carried: CarriedConversation,
): Promise<PackedMessages | undefined> {
  const { running } = conversation;
  const handed = carried.transcript ?? carried.running?.run.transcript;
  const tail = carried.tail ?? carried.running?.run.tail ?? [];
  await adoptTranscript({
    ...(handed === undefined ? {} : { reached: { address: handed.address, tail } }),
    ...(running === undefined ? {} : { request: requestOf(conversation, running), turn: running.id }),
  });
  if (handed === undefined || handed.held !== undefined || handed.address.length === 0) return undefined;
  return load(conversation.request);
}

function load({ origin }: ConversationRequest): Promise<PackedMessages> {
  const { workflowId, continuedFromExecutionRunId } = workflowInfo();
  if (continuedFromExecutionRunId !== undefined || origin === undefined) return loadOwnMessages();
  const { conversationId = workflowId, execution, events, messages } = origin;
  return loadMessages(conversationId, {
    ...(execution === undefined ? {} : { execution }),
    ...(events === undefined ? {} : { events }),
    ...(messages === undefined ? {} : { messages }),
  });
}
