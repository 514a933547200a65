import type { ResponseUsage, Usage, UsageLimits } from '../../../../src/common/usage';
import type { AgentManifest } from '../../../../src/common/wire';
import type { Step } from '../../../../src/workflows/loop';
import { call, says, type ScriptedAgent } from '../script';
import { toManifest } from '../run-script';
import { answers, asks, Talk } from './talk';

/** The first step of the second turn, after a first one that has spent what is given. */
function secondTurn(limits: UsageLimits, spent: ResponseUsage = {}, agent: ScriptedAgent = {}): Talk {
  const talk = new Talk({ usageLimits: limits });
  talk.say('a', { usage: spent });
  talk.take('b', asks('b'));
  talk.begin();
  talk.resolved(toManifest(agent, ['add']));
  return talk;
}

const messageOf = (step: Step | undefined): string | undefined =>
  step?.kind === 'fail' ? step.failure.message : step?.kind;

describe('before a request, the whole conversation', () => {
  it.each<[string, UsageLimits, ResponseUsage, string]>([
    ['may make as many requests as its limit says', { requestLimit: 2 }, {}, 'request-model'],
    [
      'may not make one more',
      { requestLimit: 1 },
      {},
      'The next request would exceed the request_limit of 1, of the whole conversation',
    ],
    ['has no limit of requests by default', {}, {}, 'request-model'],
    [
      'may have read as many tokens as its limit says',
      { inputTokensLimit: 10 },
      { inputTokens: 10 },
      'request-model',
    ],
    [
      'may have written as many tokens as its limit says',
      { outputTokensLimit: 10 },
      { outputTokens: 10 },
      'request-model',
    ],
    ['may have spent as much as its limit says', { costLimit: 2 }, { cost: 2 }, 'request-model'],
  ])('%s', (_what, limits, spent, expected) => {
    expect(messageOf(secondTurn(limits, spent).step)).toBe(expected);
  });
});

describe('after a response, the whole conversation', () => {
  it.each<[string, UsageLimits, ResponseUsage, string]>([
    ['may be at its limit of input tokens', { inputTokensLimit: 20 }, { inputTokens: 10 }, 'finish'],
    [
      'may not be beyond its limit of input tokens',
      { inputTokensLimit: 19 },
      { inputTokens: 10 },
      'Exceeded the input_tokens_limit of 19 (input_tokens=20), of the whole conversation',
    ],
    ['may be at its limit of output tokens', { outputTokensLimit: 20 }, { outputTokens: 10 }, 'finish'],
    [
      'may not be beyond its limit of output tokens',
      { outputTokensLimit: 19 },
      { outputTokens: 10 },
      'Exceeded the output_tokens_limit of 19 (output_tokens=20), of the whole conversation',
    ],
    [
      'may be at its limit of tokens',
      { totalTokensLimit: 20 },
      { inputTokens: 5, outputTokens: 5 },
      'finish',
    ],
    [
      'may not be beyond its limit of tokens',
      { totalTokensLimit: 19 },
      { inputTokens: 5, outputTokens: 5 },
      'Exceeded the total_tokens_limit of 19 (total_tokens=20), of the whole conversation',
    ],
    [
      'may be at its limit for a single request',
      { perRequestInputTokensLimit: 10 },
      { inputTokens: 10 },
      'finish',
    ],
    ['may be at its limit of cost', { costLimit: 4 }, { cost: 2 }, 'finish'],
    [
      'may not be beyond its limit of cost',
      { costLimit: 3 },
      { cost: 2 },
      'Exceeded the cost_limit of 3 (cost=4), of the whole conversation',
    ],
  ])('%s', (_what, limits, each, expected) => {
    const talk = secondTurn(limits, each);
    talk.received(answers('r', 'Yes.', each));
    expect(messageOf(talk.step)).toBe(expected);
  });

  it('keeps each single response below its limit for one', () => {
    const talk = secondTurn({ perRequestInputTokensLimit: 10 }, { inputTokens: 1 });
    talk.received(answers('r', 'Yes.', { inputTokens: 11 }));
    expect(messageOf(talk.step)).toBe(
      'Exceeded the per_request_input_tokens_limit of 10 (request_input_tokens=11), of the whole conversation',
    );
  });
});

describe('tool calls of the whole conversation', () => {
  /** Two calls have succeeded before, of a limit; now the model wants two more. */
  function twoMoreCalls(limit: number): Talk {
    const talk = secondTurn({ toolCallsLimit: limit });
    if (talk.run?.turn !== undefined) {
      const spent: Usage = { ...talk.run.turn.spent, toolCalls: 2 };
      talk.run = { ...talk.run, turn: { ...talk.run.turn, spent } };
    }
    const parts = says(call('add'), call('add')).parts.map(({ part }) => part);
    talk.received({ model: { id: 'r', response: { kind: 'response', parts, usage: {} } } });
    return talk;
  }

  it('may be as many as its limit says', () => {
    expect(twoMoreCalls(4).step?.kind).toBe('call-tools');
  });

  it('are not run when they would be more', () => {
    expect(messageOf(twoMoreCalls(3).step)).toBe(
      'The next tool call(s) would exceed the tool_calls_limit of 3 (tool_calls=4), of the whole conversation',
    );
  });
});

describe('a turn', () => {
  it('has limits of its own, which go before those of the conversation', () => {
    const talk = secondTurn({ requestLimit: 1 }, {}, { limits: { requestLimit: 0 } });
    expect(messageOf(talk.step)).toBe('The next request would exceed the request_limit of 0');
  });

  it('counts for its own limits only what it spends itself', () => {
    const talk = secondTurn({}, { inputTokens: 90 }, { limits: { requestLimit: 1, inputTokensLimit: 100 } });
    expect(talk.step?.kind).toBe('request-model');
    talk.received(answers('r', 'Yes.', { inputTokens: 90 }));
    expect(talk.step?.kind).toBe('finish');
  });

  it('that failed counts as others do', () => {
    const talk = new Talk({ usageLimits: { requestLimit: 2 } });
    talk.say('a', { usage: { inputTokens: 5 }, manifest: toManifest({ limits: { inputTokensLimit: 1 } }) });
    expect(talk.state.turns.at(-1)).toMatchObject({ status: 'failed' });
    talk.say('b');
    talk.take('c', asks('c'));
    talk.begin();
    talk.resolved();
    expect(messageOf(talk.step)).toContain('of the whole conversation');
  });
});

describe('a limit that the conversation reached in turns before', () => {
  const finalAnswer: ScriptedAgent = { onLimit: 'final-answer' };

  it.each<[string, UsageLimits, ResponseUsage]>([
    ['requests', { requestLimit: 1 }, {}],
    ['input tokens', { inputTokensLimit: 9 }, { inputTokens: 10 }],
    ['output tokens', { outputTokensLimit: 9 }, { outputTokens: 10 }],
    ['tokens', { totalTokensLimit: 9 }, { inputTokens: 5, outputTokens: 5 }],
    ['cost', { costLimit: 1 }, { cost: 2 }],
  ])('ends every turn after it without one more request: %s', (_which, limits, spent) => {
    for (const agent of [{}, finalAnswer]) {
      const talk = secondTurn(limits, spent, agent);
      expect(messageOf(talk.step)).toContain('of the whole conversation');
      talk.end();
      expect(talk.state.usage.requests).toBe(1);
    }
  });

  it('is one of the conversation, also where the turn has one of its own', () => {
    const talk = secondTurn({ requestLimit: 1 }, {}, { ...finalAnswer, limits: { requestLimit: 0 } });
    expect(talk.step?.kind).toBe('fail');
  });

  it('is no other than one that a turn reaches itself: then the model is asked for its final answer', () => {
    const talk = secondTurn({ requestLimit: 2 }, {}, finalAnswer);
    const parts = says(call('add')).parts.map(({ part }) => part);
    talk.received({ model: { id: 'r', response: { kind: 'response', parts, usage: {} } } });
    const answer = { descriptor: { result: 'p' }, part: { kind: 'user-prompt', content: '' } } as const;
    talk.received({ tools: [{ kind: 'answer', answer }], results: [] });
    expect(talk.step).toMatchObject({ kind: 'request-model', final: true });
    talk.received(answers('r2', 'As far as I came.'));
    expect(talk.run).toMatchObject({
      phase: { kind: 'finished' },
      limitReached: {
        message: 'The next request would exceed the request_limit of 2, of the whole conversation',
      },
    });
  });

  it('stands also for a limit that is raised for one turn', () => {
    const manifest: AgentManifest = toManifest({ limits: { requestLimit: null } });
    const talk = new Talk({ usageLimits: { requestLimit: 1 } });
    talk.say('a', { manifest });
    talk.say('b', { manifest });
    expect(talk.state.turns.map(({ status }) => status)).toEqual(['completed', 'failed']);
  });
});
