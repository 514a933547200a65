import { z } from 'zod';
import type { Agent, OutputOf } from '../common/agent';
import {
  type AskedTurn,
  CLOSE_UPDATE,
  type CloseInput,
  REWIND_UPDATE,
  type RewindInput,
} from '../common/conversation-wire';
import { ConversationClosedError, UserError } from '../common/errors';
import type { UserPrompt } from '../common/messages';
import { parseOptions } from '../common/options';
import { assertRequestFits } from '../common/run-request';
import { NO_USAGE, type Usage } from '../common/usage';
import { type Compaction, isOpen } from '../history';
import { roomOf } from '../storage';
import { nameOf } from './agent-reference';
import { type ConversationExport, toExport } from './conversation-export';
import {
  type AnySendOptions,
  conversationIdSchema,
  type ConversationOptions,
  parseConversationOptions,
  parseTurn,
  type RetryOptions,
  type SendOptions,
  turnIdSchema,
} from './conversation-options';
import { type ConversationTurn, toConversationTurns } from './conversation-turn';
import { ConversationWorkflow } from './conversation-workflow';
import { createId, digestOf } from './digest';
import { toUpdateId } from './find-end';
import { forkConversation, reopenConversation } from './go-on';
import { assertPage, type MessagePage, type PageOptions, toPage } from './message-page';
import { unknownTurn } from './refusal-error';
import { hasEnded } from './run-end';
import type { ParsedWait } from './run-options';
import { Turn } from './turn';
import { TurnCall } from './turn-call';
import { TurnResult } from './turn-result';
import { waitForEnd, waitUntilTaken } from './turn-wait';

/** Where a conversation stands. `absent`: it was not begun, or is not retained. */
export type ConversationStatus = 'absent' | 'idle' | 'busy' | 'closed';

export interface ForkOptions<A extends Agent = Agent> extends ConversationOptions<A> {
  /** The id of the new conversation. */
  readonly id: string;
  /** The last turn that both have. @default the last */
  readonly at?: string;
}

const forkSchema = z.object({ id: conversationIdSchema, at: turnIdSchema.optional() });
const rewindSchema = z.strictObject({ to: turnIdSchema.nullable() });

/**
 * Many turns with an agent, each on what was said before. It lives in one workflow, has no end but that which it is
 * given, and is the same for all who know its id. What is read of it is read from its history: no worker needs to live.
 */
export class Conversation<A extends Agent = Agent> {
  readonly #workflow: ConversationWorkflow;
  readonly #urlOf: (id: string) => string | undefined;

  /** @internal */
  constructor(workflow: ConversationWorkflow, urlOf: (id: string) => string | undefined) {
    this.#workflow = workflow;
    this.#urlOf = urlOf;
  }

  /** The conversation's page in the Temporal UI; `undefined` where it is not known which UI belongs to the server. */
  get url(): string | undefined {
    return this.#urlOf(this.id);
  }

  /** The conversation's id, and its workflow's. */
  get id(): string {
    return this.#workflow.id;
  }

  /**
   * Takes a turn, and waits for its result. The first one begins the conversation. Safe to repeat: the same `turnId`
   * is the same turn, whoever sends it and whenever.
   * @throws {UserError} for a mistake in the options, naming the field, and for a conversation of another agent.
   * @throws {PayloadTooLargeError} when prompt or options are larger than Temporal can record, before anything is sent.
   * @throws {TurnConflictError} when the `turnId` was used for something else.
   * @throws {ConversationBusyError} when another turn runs, with `whenBusy: 'reject'`.
   * @throws {ConversationClosedError} when the conversation takes no more turns.
   * @throws {AgentRunError} or one of its children when the turn fails; see {@link Turn.result}.
   */
  async send<T extends Agent = A>(
    prompt: UserPrompt,
    options: SendOptions<T> = {},
  ): Promise<TurnResult<OutputOf<T>>> {
    const { call, wait } = this.#toSend(prompt, options);
    return this.#resultOf<OutputOf<T>>(call, wait);
  }

  /**
   * Takes a turn, and returns as soon as the conversation has it: for turns that outlive their caller.
   * @throws what {@link send} throws before the turn is taken.
   */
  async sendAsync<T extends Agent = A>(
    prompt: UserPrompt,
    options: SendOptions<T> = {},
  ): Promise<Turn<OutputOf<T>>> {
    const { call, wait } = this.#toSend(prompt, options);
    await waitUntilTaken(call, wait);
    return this.turn<T>(call.turnId);
  }

  /** A turn that was sent before, by whoever. Whether it exists shows when it is used. */
  turn<T extends Agent = A>(turnId: string): Turn<OutputOf<T>> {
    return new Turn<OutputOf<T>>(this.#workflow, turnId);
  }

  /**
   * Asks what the last turn was asked once more, in its place: what was said in it is taken back. Options replace
   * those of the last turn one by one.
   * @throws {ConversationBusyError} when a turn runs or waits.
   * @throws {UnknownTurnError} when there is no turn to retry.
   * @throws {TurnNotKeptError} when the last turn was taken back, or compacted: send its prompt as another turn.
   * @throws what {@link send} throws.
   */
  async retry(options: RetryOptions<A> = {}): Promise<TurnResult<OutputOf<A>>> {
    const parsed = parseTurn(`retry in conversation '${this.id}'`, undefined, options);
    const { turnId = createId('turn'), request, wait } = parsed;
    const { turns } = await this.#read();
    const last = turns.ended.at(-1);
    if (last === undefined) throw unknownTurn(this.id, turnId);
    const retryOf = turns.find(turnId)?.retryOf ?? last.id; // sent again, it is the last turn itself
    const call = this.#toCall(turnId, { digest: digestOf({ retry: true, request }), request, retryOf });
    return this.#resultOf<OutputOf<A>>(call, wait);
  }

  /**
   * Takes back everything that was said after a turn; with `null`, everything. The turns stay known by their ids.
   * Returns how many messages are left for the model to read.
   * @throws {ConversationBusyError} when a turn runs or waits.
   * @throws {UnknownTurnError} when there is no such turn.
   * @throws {TurnNotKeptError} when its messages were compacted.
   */
  async rewind(options: { readonly to: string | null }): Promise<number> {
    const { to } = parseOptions(rewindSchema, options, `rewind of conversation '${this.id}'`);
    const input: RewindInput = to === null ? {} : { to };
    return this.#workflow.change(REWIND_UPDATE, 'carried out a rewind', input);
  }

  /**
   * Begins another conversation with what was said in this one, closed or not; what it spends is its own. Options that
   * are not given are those of this conversation.
   * @throws {ConversationBusyError} when a turn runs or waits.
   * @throws {UnknownTurnError} when there is no turn `at`.
   * @throws {TurnNotKeptError} when its messages were compacted or taken back.
   * @throws {UserError} when the new id is taken.
   */
  async fork({ id, at, ...options }: ForkOptions<A>): Promise<Conversation<A>> {
    parseOptions(forkSchema, { id, at }, `fork of conversation '${this.id}'`);
    const { client, target } = this.#workflow;
    const copy = new ConversationWorkflow(client, {
      ...target,
      ...parseConversationOptions(id, { summary: `fork of ${this.id}`, ...options }),
      id,
    });
    await forkConversation(this.#workflow, copy, at);
    return new Conversation<A>(copy, this.#urlOf);
  }

  /**
   * Takes no more turns, and ends when those that it took have. Closing what is closed changes nothing. As everything
   * that changes a conversation, it waits for a worker, and warns when none comes.
   */
  async close(reason?: string): Promise<void> {
    try {
      const input: CloseInput = reason === undefined ? {} : { reason };
      await this.#workflow.change(CLOSE_UPDATE, 'carried out the closing', input);
    } catch (error) {
      if (!(error instanceof ConversationClosedError)) throw error;
    }
  }

  /**
   * Has a conversation go on that is closed, was cancelled or terminated, or has failed: under the same id, from its
   * last state, with all that it has spent. Options that `client.conversation` was given replace those that it had.
   * @throws {UserError} when it is not closed, or not retained any more.
   */
  async reopen(): Promise<void> {
    await reopenConversation(this.#workflow);
  }

  /** The conversation as JSON, for `client.importConversation`. A turn that runs is left out, and so are `deps`. */
  async export(): Promise<ConversationExport> {
    return toExport(this.id, await this.#read());
  }

  /**
   * What was said, in order, as far as it is retained; what the model does not read any more is marked `compacted`. The
   * array has the position of its first message, `from`, and how many there are, `total`.
   */
  async messages(options: PageOptions = {}): Promise<MessagePage> {
    assertPage(options, `messages of conversation '${this.id}'`);
    return toPage(await this.#workflow.readIfBegun('messages'), options);
  }

  /**
   * The turns in the order in which they ended, then the one that runs, then those that wait. The last 100 at least;
   * `whole` has all that are retained, and reads the whole history for it.
   */
  async turns({ whole = false }: { readonly whole?: boolean } = {}): Promise<readonly ConversationTurn[]> {
    const recorded = await this.#workflow.readIfBegun(whole ? 'all' : 'last');
    return recorded === undefined ? [] : toConversationTurns(recorded);
  }

  async status(): Promise<ConversationStatus> {
    const description = await this.#workflow.describe();
    if (description === undefined) return 'absent';
    if (hasEnded(description)) return 'closed';
    const { turns, closing } = await this.#read();
    return turns.all.some(isOpen) ? 'busy' : closing === undefined ? 'idle' : 'closed';
  }

  /** Spent in all turns until now, also in those that were taken back. */
  async usage(): Promise<Usage> {
    return (await this.#workflow.readIfBegun('last'))?.usage ?? NO_USAGE;
  }

  /** When the conversation was shortened, as far as that is retained. */
  async compactions(): Promise<readonly Compaction[]> {
    return (await this.#workflow.readIfBegun('messages'))?.compactions ?? [];
  }

  #read() {
    return this.#workflow.read('last');
  }

  #toSend(prompt: UserPrompt, options: AnySendOptions) {
    const where = `turn of conversation '${this.id}'`;
    const { turnId = createId('turn'), whenBusy, request, wait } = parseTurn(where, prompt, options);
    if (request.prompt === undefined) {
      throw new UserError(`${where}: prompt: expected a text or a list of content parts`);
    }
    assertRequestFits(request, roomOf(this.#workflow.client.options.loadedDataConverter));
    const agent = this.#agentOf(options);
    const asked: AskedTurn = {
      digest: digestOf({ request, agent }),
      request,
      ...(agent === undefined ? {} : { agent }),
      ...(whenBusy === undefined ? {} : { whenBusy }),
    };
    return { call: this.#toCall(turnId, asked), wait };
  }

  /** Nothing for the conversation's own. */
  #agentOf({ agent }: AnySendOptions): string | undefined {
    const name = agent === undefined ? undefined : nameOf(agent);
    return name === this.#workflow.target.agent ? undefined : name;
  }

  #toCall(turnId: string, asked: AskedTurn): TurnCall {
    return new TurnCall(this.#workflow, {
      input: { turnId, asked },
      updateId: toUpdateId(turnId, asked.digest),
      prompt: asked.request.prompt,
      begins: asked.retryOf === undefined,
    });
  }

  async #resultOf<Output>(call: TurnCall, wait: ParsedWait): Promise<TurnResult<Output>> {
    return new TurnResult<Output>(this.#workflow, call.turnId, await waitForEnd(call, wait));
  }
}
