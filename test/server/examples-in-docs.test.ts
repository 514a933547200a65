// Needs a real Temporal server. The regions are quoted in README.md and docs/running.md.
import { AgentRunError, defineAgent, ModelRetry } from 'perdure';
import { AgentClient } from 'perdure/client';
import { startDevServer } from 'perdure/dev-server';
import { functionModel, scriptedModel } from 'perdure/testing';
import { createWorker } from 'perdure/worker';
import { z } from 'zod';
import { serve } from '../support/serve';

const model = functionModel((messages) => `I have seen ${messages.length} messages.`);

describe('the documents show', () => {
  it('how to go on where a run ended', async () => {
    const chat = defineAgent({ name: 'chat', model });
    const { client, stop } = await serve([chat]);
    // #region continue
    const first = await client.run(chat, 'My order is number 42.');
    const messageHistory = await first.allMessages(); // plain JSON: keep it where you like
    const second = await client.run(chat, 'Where is it?', { messageHistory });
    const third = await client.run(chat, 'And when?', { continueFrom: second.runId }); // by reference
    const [question, answer] = await third.newMessages(); // of six in all
    // #endregion continue
    expect(third.output).toBe('I have seen 5 messages.');
    expect([question?.kind, answer?.kind]).toEqual(['request', 'response']);
    await stop();
  });

  it('how to go on where a run failed', async () => {
    const chat = defineAgent({ name: 'chat', model });
    const { client, stop } = await serve([chat]);
    // #region resume
    const failed = await client
      .run(chat, 'Sum it up.', { usageLimits: { totalTokensLimit: 10 } })
      .catch((error: unknown) => error);
    if (!(failed instanceof AgentRunError)) throw failed;
    const { messages, usage } = failed; // what was said and spent until then
    const result = await client.run(chat, 'Then shorter.', { messageHistory: messages, usage });
    // #endregion resume
    expect(usage).toMatchObject({ requests: 1, totalTokens: 15 });
    expect(result).toMatchObject({ output: 'I have seen 1 messages.', usage: { requests: 2 } });
    await stop();
  });

  it('how to hold a conversation', async () => {
    const support = defineAgent({ name: 'support', model });
    const { client, stop } = await serve([support]);
    // #region conversation
    const chat = client.conversation(support, 'customer-7');
    const { output } = await chat.send('Where is order 42?', { turnId: 'msg-1001' });
    const again = await chat.send('Where is order 42?', { turnId: 'msg-1001' }); // the same turn
    await chat.sendAsync('And order 43?', { turnId: 'msg-1002' }); // returns as soon as it is taken
    const later = await client.conversation(support, 'customer-7').turn('msg-1002').result(); // by whoever
    // #endregion conversation
    expect([output, again.output, later.output]).toEqual([
      'I have seen 1 messages.',
      'I have seen 1 messages.',
      'I have seen 3 messages.',
    ]);
    await stop();
  });

  it('how to give several kinds of answer, and to check them', async () => {
    const generous = scriptedModel([
      [{ tool: 'final_result_refund', args: { amount: 500 } }],
      [{ tool: 'final_result_refund', args: { amount: 50 } }],
    ]);
    // #region outputs
    const clerk = defineAgent({
      name: 'clerk',
      model: generous,
      output: { refund: z.object({ amount: z.number() }), answer: z.object({ text: z.string() }) },
      outputValidators: [
        (output) => {
          if ('amount' in output && output.amount > 100) throw new ModelRetry('Refund at most 100.');
          return output; // or another value of the same shape
        },
      ],
    });
    // #endregion outputs
    const { client, stop } = await serve([clerk]);
    const result = await client.run(clerk, 'I want my money back.');
    expect(result.output).toEqual({ amount: 50 });
    expect(result.usage.requests).toBe(2);
    await stop();
  });

  it('how to have server, worker and client in one process', async () => {
    const agents = [defineAgent({ name: 'chat', model })];
    const environment = { ...process.env, TEMPORAL_ADDRESS: '' };
    // #region one-process
    const server = await startDevServer({ ui: false, environment });
    const { address } = server; // and uiUrl, binary
    const worker = await createWorker({ agents, connection: { address } });
    const client = await AgentClient.connect({ address });
    const { output } = await worker.runUntil(client.run('chat', 'Hello?'));
    await client.close();
    await server.stop();
    // #endregion one-process
    expect(output).toBe('I have seen 1 messages.');
  });
});
