import { parseConversationOptions, parseTurn } from '../../../src/client/conversation-options';
import { UserError } from '../../../src/common/errors';

describe('options of a conversation', () => {
  it('are what its workflow is given', () => {
    const options = {
      deps: { user: 'Ada' },
      usageLimits: { requestLimit: 9 },
      idleTimeout: '2h',
      rollOver: { historyBytes: 9_000, historyEvents: 30 },
      metadata: { customer: 7 },
      summary: false,
    } as const;
    expect(parseConversationOptions('talk', options)).toEqual({
      request: {
        deps: { user: 'Ada' },
        usageLimits: { requestLimit: 9 },
        idleTimeout: 7_200_000,
        rollOver: { bytes: 9_000, events: 30 },
        metadata: { customer: 7 },
      },
      summary: false,
    });
    expect(parseConversationOptions('talk', { deps: undefined })).toEqual({
      request: {},
      summary: undefined,
    });
  });

  it.each([
    ['', {}, 'conversation: id:'],
    [7, {}, 'conversation: id:'],
    ['x'.repeat(256), {}, 'conversation: id:'],
    ['talk', [], "conversation 'talk': options: expected an object"],
    ['talk', { idleTimeout: 0 }, "conversation 'talk': idleTimeout:"],
    ['talk', { rollOver: { historyBytes: 0 } }, "conversation 'talk': rollOver.historyBytes:"],
    ['talk', { usageLimits: { requestLimit: -1 } }, "conversation 'talk': usageLimits.requestLimit:"],
    ['talk', { summary: 7 }, "conversation 'talk': summary:"],
    ['talk', { deps: { when: 7n } }, "conversation 'talk': deps"],
    ['talk', { idleTimeOut: '1h' }, 'idleTimeOut'],
  ])('are named when they are wrong: %j %p', (id, options, message) => {
    expect(() => parseConversationOptions(id, options)).toThrow(UserError);
    expect(() => parseConversationOptions(id, options)).toThrow(message);
  });
});

describe('options of a turn', () => {
  it('are what is asked, how, and how long its sender waits', () => {
    const controller = new AbortController();
    const parsed = parseTurn('turn', 'hello', {
      turnId: 't',
      whenBusy: 'reject',
      agent: 'other',
      resultType: 'short',
      model: 'openai:gpt',
      timeout: '1s',
      signal: controller.signal,
    });
    expect(parsed).toEqual({
      turnId: 't',
      whenBusy: 'reject',
      request: { prompt: 'hello', outputType: 'short', model: 'openai:gpt' },
      wait: { timeout: 1000, waitForWorker: undefined, signal: controller.signal },
    });
  });

  it.each([
    [{ turnId: 'x'.repeat(201) }, /turnId/],
    [{ usage: {} }, 'turn: usage: is for runs, not for turns'],
    [{ conversationId: 'x' }, 'turn: conversationId: is for runs, not for turns'],
    [
      { resultType: 'a', outputType: 'b' },
      'turn: resultType: is another name of outputType; give one of them',
    ],
    [{ timeout: 'long' }, /timeout/],
    [{ prompt: 'another' }, 'turn: prompt: is no option; it goes in front of them'],
  ])('are named when they are wrong: %p', (options, message) => {
    expect(() => parseTurn('turn', 'hello', options as object)).toThrow(UserError); // as JavaScript may
    expect(() => parseTurn('turn', 'hello', options as object)).toThrow(message);
  });
});
