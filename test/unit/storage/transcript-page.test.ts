import { defaultPayloadConverter } from '@temporalio/common';
import { isTranscriptPage } from '../../../src/storage/transcript-page';

const isPage = (value: unknown): boolean => isTranscriptPage(defaultPayloadConverter.toPayload(value));

describe('a page of a transcript', () => {
  it.each([
    { text: '', total: 0 },
    { text: '{"from":0,"messages":["é', total: 400_000 },
  ])('is known by its form: %j', (value) => {
    expect(isPage(value)).toBe(true);
  });

  // What runs record: it has to be stored.
  it.each([
    'a prompt',
    [{ kind: 'text', text: 'a prompt' }],
    { prompt: '{"text":"","total":1}' },
    { id: 'a', content: { text: '', total: 1 } },
    { output: { text: '', total: 1 }, usage: {} },
    { text: 'only' },
    { total: 1, text: '' },
    { text: '', total: 1, more: true },
    undefined,
    Buffer.from('{"text":"","total":1}'),
  ])('is not %j', (value) => {
    expect(isPage(value)).toBe(false);
  });
});
