import { setTimeout as sleep } from 'node:timers/promises';
import { ServerUnreachableError } from 'perdure';
import type { AgentClient, Conversation, ConversationTurn } from 'perdure/client';
import type { support } from './agent';
import type { Screen } from './screen';
import { answerIn, senderOf, toAnswerLine, toPromptLine, toText, toUsageLine } from './view';

const LOOK_INTERVAL = 1_000;

/** What a terminal has shown of a turn. */
type Shown = 'prompt' | 'answer' | 'nothing more';

/** Shows the turns that other terminals send, by reading the history: no worker needs to live for it. */
export class Watcher {
  readonly #shown = new Map<string, Shown>();
  #version: string | undefined;

  constructor(
    private readonly client: AgentClient,
    private readonly chat: Conversation<typeof support>,
    private readonly screen: Screen,
  ) {}

  /** This terminal shows a turn itself: its answer is on its way, or was shown. */
  leaveOut(turnId: string, shown: Shown = 'nothing more'): void {
    this.#shown.set(turnId, shown);
  }

  /** What is there now need not be shown, but for turns that still run. @param isGreeted Of these, the prompts were. */
  async begin(isGreeted: boolean): Promise<void> {
    for (const { id, status } of await this.#news()) {
      if (isOver(status)) this.leaveOut(id, 'answer');
      else if (isGreeted && status === 'running') this.leaveOut(id, 'prompt');
    }
  }

  /** Never resolves before it is stopped. */
  async watch(stop: AbortSignal): Promise<never> {
    for (;;) {
      await this.#look().catch((error: unknown) => {
        if (!(error instanceof ServerUnreachableError)) throw error;
      });
      await sleep(LOOK_INTERVAL, undefined, { signal: stop });
    }
  }

  async #look(): Promise<void> {
    const turns = await this.#news();
    const retried = new Set(turns.map(({ retryOf }) => retryOf));
    for (const turn of turns) {
      if (retried.has(turn.id)) this.leaveOut(turn.id);
      await this.#show(turn);
    }
  }

  async #show(turn: ConversationTurn): Promise<void> {
    const shown = this.#shown.get(turn.id);
    if (shown === undefined) {
      const again = turn.retryOf === undefined ? '' : ' (again)';
      this.screen.print(toPromptLine(senderOf(turn) + again, turn.prompt));
      this.#shown.set(turn.id, 'prompt');
    }
    if (!isOver(turn.status) || shown === 'nothing more') return;
    if (shown === 'answer') {
      this.#showIfTakenBack(turn);
      return;
    }
    this.#shown.set(turn.id, 'answer');
    this.screen.print(await this.#answerOf(turn));
    this.screen.print(toUsageLine(turn.usage));
  }

  /** Turns of earlier workflow runs lose their place, too, but their prompts with it. */
  #showIfTakenBack({ id, status, from, prompt }: ConversationTurn): void {
    if (status !== 'completed' || from !== undefined || prompt === undefined) return;
    this.leaveOut(id);
    this.screen.note(`  taken back: ${toText(prompt)}`);
  }

  async #answerOf({ status, from, to }: ConversationTurn): Promise<string> {
    if (status !== 'completed') return `  ${status}; /retry asks once more`;
    if (from === undefined || to === undefined) return '  answered, and taken back';
    return toAnswerLine(answerIn(await this.chat.messages({ from, limit: to - from })) ?? '');
  }

  /** Nothing when nothing has happened since the last time, which costs one small call. */
  async #news(): Promise<readonly ConversationTurn[]> {
    const version = await this.#findVersion();
    if (version === undefined || version === this.#version) return [];
    const turns = await this.chat.turns();
    this.#version = version;
    return turns;
  }

  async #findVersion(): Promise<string | undefined> {
    try {
      const handle = this.client.temporal.workflow.getHandle(this.chat.id);
      const { runId, historyLength } = await handle.describe();
      return `${runId} ${historyLength}`;
    } catch {
      await this.chat.status(); // throws what is wrong, unless there is no conversation yet
      return undefined;
    }
  }
}

function isOver(status: ConversationTurn['status']): boolean {
  return status !== 'queued' && status !== 'running';
}
