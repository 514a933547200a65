import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type {
  CarriedConversation,
  ConversationInput,
  ConversationRequest,
} from '../common/conversation-wire';
import { UserError } from '../common/errors';
import { fittingSize } from '../common/payload-size';
import { REQUEST_DIGEST_MEMO } from '../common/wire';
import { roomOf } from '../storage';
import type { ConversationTarget } from './conversation-workflow';
import { toStaticSummary } from './static-summary';

type ConversationStart = (input: ConversationInput, carried: CarriedConversation) => Promise<unknown>;

/** What a conversation begins with that takes over another one's turns. */
export interface Beginning {
  readonly request: ConversationRequest;
  readonly carried: CarriedConversation;
  /** The same for the same source. */
  readonly digest: string;
  /** Whether a closed conversation of the same id goes on. */
  readonly again?: true;
}

/**
 * Begins a conversation that takes over another one's turns. The same once more changes nothing.
 * @throws {UserError} when its id is taken.
 */
export async function beginConversation(
  client: Client,
  { id, agent, taskQueue, summary }: ConversationTarget,
  { request, carried, digest, again }: Beginning,
): Promise<void> {
  const input: ConversationInput = { conversation: request };
  fittingSize([input, carried], 'the conversation', roomOf(client.options.loadedDataConverter));
  try {
    await client.workflow.start<ConversationStart>(agent, {
      workflowId: id,
      taskQueue,
      args: [input, carried],
      memo: { [REQUEST_DIGEST_MEMO]: digest },
      workflowIdReusePolicy: again === true ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      ...toStaticSummary(summary, undefined),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { memo } = await client.workflow.getHandle(id).describe();
    if (memo?.[REQUEST_DIGEST_MEMO] === digest) return;
    throw new UserError(`id: '${id}' is the id of another conversation or run; choose one of its own`, {
      cause: error,
    });
  }
}
