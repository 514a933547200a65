import { fromExport, toExport } from '../../../src/client/conversation-export';
import { toCarriedCopy, toCarriedImport } from '../../../src/client/copy-conversation';
import { isEnded } from '../../../src/client/ended-turns';
import { unpackMessages } from '../../../src/common/packed-messages';
import { NO_USAGE } from '../../../src/common/usage';
import { readConversation, type RecordedConversation } from '../../../src/history';
import { clientWith, completed, ConversationHistory, failed } from '../../support/conversation-history';

/** Two turns, the second of which failed, and a third that runs. */
async function threeTurns(): Promise<RecordedConversation> {
  const history = new ConversationHistory('one', {
    conversation: { metadata: { customer: 7 }, deps: { key: 'secret' } },
  });
  const first = history.asked('t1');
  history
    .begun()
    .said('t1', { append: [{ input: 't1' }], text: 'answer 1' })
    .ended(first, completed('answer 1'));
  const second = history.update(
    'conversation.turn',
    { turnId: 't2', asked: { digest: 'd', request: { prompt: 't2', deps: { key: 'secret' } } } },
    't2/d',
  );
  history
    .begun()
    .said('t2', { base: 1, append: [{ response: 'answer 1' }, { input: 't2' }], text: 'answer 2' });
  history.ended(second, failed('ToolExecutionError', 'broken', [{ response: 'answer 2' }]));
  history.asked('t3');
  history.begun();
  return readConversation(clientWith({ talk: [history] }), { runId: 'talk' }, 'last');
}

describe('an exported conversation', () => {
  it('has the turns that ended and their messages, and nothing that may be secret', async () => {
    const exported = toExport('talk', await threeTurns());
    expect(exported).toMatchObject({
      format: 1,
      agent: 'talker',
      conversationId: 'talk',
      metadata: { customer: 7 },
      turns: [
        { id: 't1', digest: 'd', updateId: 't1/d', status: 'completed', span: [0, 2] },
        { id: 't2', status: 'failed', span: [2, 4] },
      ],
      dropped: 0,
      shift: 0,
      last: { id: 't2', request: { prompt: 't2' } },
    });
    expect(exported.messages).toHaveLength(4);
    expect(JSON.stringify(exported)).not.toContain('secret');
  });

  it('is read back as it was written, from text or value', async () => {
    const exported = toExport('talk', await threeTurns());
    expect(fromExport(JSON.stringify(exported), 'import')).toEqual(exported);
    expect(fromExport(exported, 'import')).toEqual(exported);
  });

  it('becomes a state that brings its messages along, and all that was spent', async () => {
    const exported = toExport('talk', await threeTurns());
    const { transcript, turns, last, usage } = toCarriedImport(exported);
    expect(transcript?.address).toEqual({ length: 4, version: expect.stringMatching(/./) as string });
    expect(unpackMessages(transcript?.held?.earlier ?? [])).toEqual(exported.messages);
    expect(transcript?.held?.start).toEqual(transcript?.address);
    expect(turns).toMatchObject([
      { id: 't1', execution: '' },
      { id: 't2', execution: '' },
    ]);
    expect(last).toEqual({ id: 't2', digest: 'd', updateId: 't2/d', request: { prompt: 't2' } });
    expect(usage).toMatchObject({ requests: 2, outputTokens: 4 });
  });
});

describe('a copy of a conversation', () => {
  it('loads its messages from where they are, and knows what the last turns led to', async () => {
    const recorded = await threeTurns();
    const turns = recorded.placedTurns().filter(isEnded);
    const copy = toCarriedCopy(recorded, { turns, messages: recorded.seenOfEnded(), usage: NO_USAGE });
    expect(copy.transcript).toMatchObject({ address: { length: 4 }, continued: 0, dropped: 0, shift: 0 });
    expect(copy.transcript).not.toHaveProperty('held');
    expect(copy.ends.map(([id]) => id)).toEqual(['t1', 't2']);
    expect(copy.last?.request).toMatchObject({ prompt: 't2', deps: { key: 'secret' } });
    expect(copy.queue).toEqual([]);
  });

  it('has no transcript when nothing was said', async () => {
    const history = new ConversationHistory('one');
    const recorded = await readConversation(clientWith({ talk: [history] }), { runId: 'talk' }, 'last');
    const copy = toCarriedCopy(recorded, { turns: [], messages: [], usage: NO_USAGE });
    expect(copy).not.toHaveProperty('transcript');
    expect(copy).not.toHaveProperty('last');
  });
});
