import { z } from 'zod';
import type { CompactionContext, CompactionFunction } from '../../common/compaction';
import { UserError } from '../../common/errors';
import { messagesSchema } from '../../common/message-schema';
import type { ModelMessage } from '../../common/messages';
import { parseOptions } from '../../common/options';
import { runHook } from '../run-hook';
import { withGiven } from './difference';
import { withPairsTogether } from './pairs-together';

/**
 * What a function of the user's makes of messages. It may change them in place: they are copies.
 * @throws {UserError} for messages that are none, naming the field, and for those that no model can be sent.
 */
export async function applyFunction(
  change: CompactionFunction<never>,
  messages: readonly ModelMessage[],
  { name, context }: { name: string; context: CompactionContext },
): Promise<readonly ModelMessage[]> {
  const changed: unknown = await runHook(
    name,
    () => change(structuredClone(messages), context as CompactionContext<never>), // `deps` fit the agent's schema
  );
  const { returned } = parseOptions(z.object({ returned: messagesSchema }), { returned: changed }, name);
  const together = withPairsTogether(returned, messages);
  assertSendable(together, messages, name);
  return withGiven(together, messages);
}

function assertSendable(
  messages: readonly ModelMessage[],
  given: readonly ModelMessage[],
  name: string,
): void {
  const last = given.at(-1);
  if (last === undefined || messages.at(-1)?.kind === last.kind) return;
  const what = messages.length === 0 ? 'no messages' : `messages that do not end with a ${last.kind}`;
  throw new UserError(`${name} returned ${what}; return the last one that it was given as the last`);
}
