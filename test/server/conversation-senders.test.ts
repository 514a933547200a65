// Needs a real Temporal server. The senders are processes of their own.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, killChildren, startProgram } from '../support/child';
import { serveTalker, type TalkerServed } from '../support/conversations';

let served: TalkerServed;

beforeEach(async () => {
  served = await serveTalker();
});

afterEach(async () => {
  killChildren();
  await served.stop();
});

function startSender(prompt: string, { turnId, times = 1 }: { turnId: string; times?: number }): Child {
  const { taskQueue, chat } = served;
  return startProgram('send-turn', { taskQueue, conversation: chat.id, prompt, turnId, times });
}

async function answersOf(sender: Child): Promise<string[]> {
  const { code } = await sender.ended;
  if (code !== 0) throw new Error(sender.stderr);
  return sender.stdout.split('\n').filter((line) => line.startsWith('answer: '));
}

describe('a turn', () => {
  it('that is sent 50 times from 10 processes is one turn', async () => {
    const senders = Array.from({ length: 10 }, () => startSender('hello', { turnId: 'once', times: 5 }));
    const answers = (await Promise.all(senders.map(answersOf))).flat();
    expect(answers).toEqual(Array.from({ length: 50 }, () => 'answer: hello (1)'));
    expect(served.asked).toEqual(['hello']);
    expect(await served.chat.turns()).toHaveLength(1);
    expect(await served.chat.usage()).toMatchObject({ requests: 1, inputTokens: 10 });
  });

  it('of two senders at once is a turn for each', async () => {
    const senders = [startSender('one', { turnId: 'one' }), startSender('two', { turnId: 'two' })];
    const answers = (await Promise.all(senders.map(answersOf))).flat();
    expect(answers.toSorted()).toEqual(
      served.asked.map((prompt, index) => `answer: ${prompt} (${index * 2 + 1})`).toSorted(),
    );
    expect(served.asked.toSorted()).toEqual(['one', 'two']);
  });

  it('goes on when its sender dies, and its result is there for the one who sends it again', async () => {
    const sender = startSender('wait for me', { turnId: 'left behind' });
    await served.gate.reached;
    sender.signal('SIGKILL');
    await sender.ended;
    await sleep(100); // the server notices that the caller is gone
    served.gate.open();
    expect(await answersOf(startSender('wait for me', { turnId: 'left behind' }))).toEqual([
      'answer: wait for me (1)',
    ]);
    expect(served.asked).toEqual(['wait for me']);
  });
});
