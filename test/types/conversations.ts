// Compiled, never run: what the compiler knows of conversations, and what it refuses.
import { defineAgent } from 'perdure';
import type { AgentClient, Turn, TurnResult } from 'perdure/client';
import { z } from 'zod';

const host = defineAgent({ name: 'host', model: 'openai:any', deps: z.object({ user: z.string() }) });
const price = defineAgent({
  name: 'price',
  model: 'openai:any',
  output: z.object({ cents: z.number() }),
});

export async function talk(client: AgentClient): Promise<void> {
  const chat = client.conversation(host, 'talk', { deps: { user: 'Ada' }, idleTimeout: '1d' });
  const said: TurnResult<string> = await chat.send('hello', { turnId: 't', whenBusy: 'interrupt' });
  const output: string = said.output;
  const priced: TurnResult<{ cents: number }> = await chat.send('how much?', { agent: price });
  const left: Turn<{ cents: number }> = await chat.sendAsync('how much?', { agent: price });
  const cents: number = (await left.result()).output.cents + priced.output.cents;
  const again: TurnResult<string> = await chat.retry({ usageLimits: { requestLimit: 3 } });
  const byName = client.conversation<typeof price>('price', 'talk');
  const byNameCents: number = (await byName.send('how much?')).output.cents;
  const found: number = (await chat.turn<typeof price>('t').result()).output.cents;
  void [output, cents, again, byNameCents, found];

  // @ts-expect-error deps of another shape
  client.conversation(host, 'talk', { deps: { user: 7 } });
  // @ts-expect-error deps of another shape
  await chat.send('hello', { deps: { name: 'Ada' } });
  // @ts-expect-error a prompt is needed
  await chat.send();
  // @ts-expect-error a conversation has its own messages
  await chat.send('hello', { messageHistory: [] });
  // @ts-expect-error a retry has the agent of the turn that it takes the place of
  await chat.retry({ agent: price });
  // @ts-expect-error what is taken back has to be said
  await chat.rewind({});
  // @ts-expect-error there is no such way to be busy
  await chat.send('hello', { whenBusy: 'wait' });
}
