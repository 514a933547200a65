import { setTimeout as sleep } from 'node:timers/promises';
import {
  AgentRunError,
  ConversationBusyError,
  ConversationClosedError,
  ServerUnreachableError,
  TurnNotKeptError,
  UserError,
} from 'perdure';
import type { Conversation, TurnResult } from 'perdure/client';
import type { support } from './agent';
import type { Outbox, Outgoing } from './outbox';
import type { Screen } from './screen';
import { toAnswerLine, toPromptLine, toUsageLine } from './view';
import type { Watcher } from './watcher';

const PAUSE = 1_000;

interface Around {
  readonly outbox: Outbox;
  readonly watcher: Watcher;
  readonly screen: Screen;
}

/** Sends turns, and shows their answers. What it has begun to send goes on in the next terminal, if this one dies. */
export class Sender {
  /** Turns that came to no answer. */
  failures = 0;
  isBusy = false;

  constructor(
    private readonly chat: Conversation<typeof support>,
    private readonly around: Around,
  ) {}

  async send(what: Pick<Outgoing, 'kind' | 'prompt'>): Promise<void> {
    await this.#deliver(this.around.outbox.put(what));
  }

  /** Shows the answers to what the terminal before could not wait for. */
  async finish(left: readonly Outgoing[]): Promise<void> {
    const { outbox, screen } = this.around;
    for (const outgoing of left) {
      const { by, kind, prompt, turnId } = outgoing;
      screen.print(toPromptLine(`${by} (before)`, kind === 'send' ? prompt : '/retry'));
      // Nobody knows what a retry would take the place of by now.
      if (kind === 'send' || (await this.#isKnown(turnId))) await this.#deliver(outgoing);
      else outbox.remove(outgoing);
    }
  }

  async #isKnown(turnId: string): Promise<boolean> {
    return (await this.chat.turns()).some(({ id }) => id === turnId);
  }

  async #deliver(outgoing: Outgoing): Promise<void> {
    const { outbox, watcher, screen } = this.around;
    watcher.leaveOut(outgoing.turnId);
    this.isBusy = true;
    try {
      const { output, usage, conversationUsage } = await this.#untilAnswered(outgoing);
      screen.print(toAnswerLine(output));
      screen.print(toUsageLine(usage, conversationUsage));
      watcher.leaveOut(outgoing.turnId, 'answer');
    } catch (error) {
      if (!(error instanceof Error) || !isFinal(error)) throw error; // it stays in the outbox
      this.failures += 1;
      screen.print(`${error.name}: ${error.message}`);
    }
    this.isBusy = false;
    outbox.remove(outgoing);
  }

  /** However often the server goes away: the same turn id is the same turn. */
  async #untilAnswered(outgoing: Outgoing): Promise<TurnResult<string>> {
    for (;;) {
      try {
        return await this.#sendOnce(outgoing);
      } catch (error) {
        if (!(error instanceof ServerUnreachableError)) throw error;
        this.around.screen.note('  The server does not answer. Trying again…');
      }
      await sleep(PAUSE);
    }
  }

  #sendOnce({ turnId, by, kind, prompt }: Outgoing): Promise<TurnResult<string>> {
    const options = { turnId, metadata: { by } };
    return kind === 'retry' ? this.chat.retry(options) : this.chat.send(prompt, options);
  }
}

/** Whether sending the same once more would lead to the same. */
function isFinal(error: Error): boolean {
  const kinds = [AgentRunError, ConversationBusyError, ConversationClosedError, TurnNotKeptError, UserError];
  return kinds.some((kind) => error instanceof kind);
}
