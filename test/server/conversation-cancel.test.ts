// Needs a real Temporal server.
import { RunCancelledError } from 'perdure';
import { serveTalkers, textsOf } from '../support/conversations';

const here = serveTalkers();

describe('a turn that is cancelled while it waits', () => {
  it('has ended at once, before the one that runs', async () => {
    const { chat, gate, asked } = await here();
    const first = await chat.sendAsync('wait', { turnId: 'first' });
    await gate.reached;
    const second = await chat.sendAsync('next', { turnId: 'second' });
    await second.cancel('not any more');
    await expect(second.status()).resolves.toBe('cancelled');
    await expect(second.result()).rejects.toThrow(RunCancelledError);
    await expect(first.status()).resolves.toBe('running');
    gate.open();
    await first.result();
    const turns = await chat.turns();
    expect(turns.map(({ id, status }) => [id, status])).toEqual([
      ['second', 'cancelled'],
      ['first', 'completed'],
    ]);
    expect(asked).toEqual(['wait']);
  });

  it('does not keep the one that ran from being retried', async () => {
    const { chat, gate, asked } = await here();
    const first = await chat.sendAsync('wait');
    await gate.reached;
    await (await chat.sendAsync('next')).cancel();
    gate.open();
    await first.result();
    await expect(chat.retry()).resolves.toMatchObject({ output: 'wait (1)' });
    expect(asked).toEqual(['wait', 'wait']);
    expect(textsOf(await chat.messages())).toEqual(['wait', 'wait (1)']);
  });

  it('stays cancelled in the workflow runs that go on, also when another one was given much to hand on', async () => {
    const { chat, gate, asked } = await here({ rollOver: { historyEvents: 10 } });
    const long = `wait ${'x'.repeat(70_000)}`;
    const first = await chat.sendAsync(long);
    await gate.reached;
    const second = await chat.sendAsync('next', { turnId: 'second' });
    await second.cancel('not any more');
    gate.open();
    await first.result();
    for (const word of ['a', 'b', 'c', 'd']) await chat.send(word);
    await expect(second.result()).rejects.toThrow('not any more');
    await expect(chat.send('next', { turnId: 'second' })).rejects.toThrow(RunCancelledError);
    expect(asked).toEqual([long, 'a', 'b', 'c', 'd']);
  });

  it('keeps the reason of the first who cancelled it', async () => {
    const { chat, gate } = await here();
    await chat.sendAsync('wait');
    await gate.reached;
    const second = await chat.sendAsync('next');
    await second.cancel('the first reason');
    await second.cancel('another one');
    await expect(second.result()).rejects.toThrow('the first reason');
  });
});
