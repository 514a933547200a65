// Needs the recordings beside the repository. Holds each recorded conversation again, with a server that answers only to
// requests that mean the same as the recorded ones.
import { openAIChatModel, openAIResponsesModel } from '../../src/activities/models/openai';
import type { JsonObject } from '../../src/common/json';
import type { ModelResponse } from '../../src/common/messages';
import { asked, requestParameters } from '../support/model-request';
import { readDescription } from '../support/openai-description';
import { toTranscript } from '../support/recorded-history';
import { literalMeaningOf, meaningOf, SINGLE } from '../support/recorded-meaning';
import { toParameters } from '../support/recorded-parameters';
import { type RecordedServer, startRecordedServer } from '../support/recorded-server';
import { apiOf, type Exchange, isStreamed, readRecordings, type Recording } from '../support/recordings';

/** Transcripts that somebody changed between the requests: told as recorded, not from the answers before. */
const CHANGED_BY_HAND = ['openai-responses/openai_responses_thinking_with_modified_history'];

/** What is not valid by OpenAI's description: where, and why. */
const INVALID: Readonly<Record<string, { readonly at: string; readonly why: string }>> = {
  'openai-responses/openai_responses_model_http_error': {
    at: '/temperature',
    why: 'asks for a temperature that the API refuses, to be refused',
  },
  'openai-responses/openai_responses_model_web_search_tool_stream': {
    at: '/input/2/action/sources/0',
    why: "gives a search back whose source is of a kind that the description lacks: 'api'",
  },
};

const recordings = readRecordings();
const description = readDescription();

describe('a recorded conversation', () => {
  it.each(recordings)('is held again, word for word: $name', async (recording) => {
    const { name, exchanges } = recording;
    const server = await hold(recording);
    const sent = server.requests.map(({ body }) => meaningOf(body, name));
    expect(sent).toEqual(exchanges.map(({ request }) => meaningOf(request.body, name)));
    expect(server.unasked()).toEqual([]);
  });

  it.each(recordings.filter(({ name }) => !(name in INVALID)))(
    "is valid by OpenAI's own description: $name",
    async (recording) => {
      expect(mistakesIn(await hold(recording))).toEqual([]);
    },
  );

  it.each(recordings.filter(({ name }) => name in INVALID))(
    'is not valid, for a known reason: $name',
    async (recording) => {
      const mistakes = mistakesIn(await hold(recording));
      expect(mistakes).toContainEqual(expect.stringMatching(`^${INVALID[recording.name]?.at} `));
    },
  );

  it.each(recordings.filter(({ name }) => name in SINGLE))(
    'needs its entry in the list of differences: $name',
    async (recording) => {
      const { requests } = await hold(recording);
      const recorded = recording.exchanges.map(({ request }) => literalMeaningOf(request.body));
      expect(requests.map(({ body }) => literalMeaningOf(body))).not.toEqual(recorded);
    },
  );

  it('has no answer to a question that was not asked', async () => {
    const recording = recordings.find(({ name }) => name === 'openai-chat/valid_response');
    const server = await startRecordedServer(recording ?? { name: '', exchanges: [] });
    const model = openAIChatModel('gpt-4o', { apiKey: 'test-key', baseURL: server.baseURL });
    await expect(model.request(asked('Something else'), requestParameters())).rejects.toMatchObject({
      status: 400,
    });
    expect(server.unasked()).toHaveLength(1);
    await server.close();
  });
});

function mistakesIn({ requests }: RecordedServer): string[] {
  return requests.flatMap(({ body, path }) =>
    description.mistakesIn(body, path.endsWith('/responses') ? 'responses' : 'chat'),
  );
}

/** Asks for all exchanges in their order, each with what we made of the answers before. */
async function hold(recording: Recording): Promise<RecordedServer> {
  const server = await startRecordedServer(recording);
  const responses: ModelResponse[] = [];
  for (const exchange of recording.exchanges) {
    const known = CHANGED_BY_HAND.includes(recording.name) ? [] : responses;
    const response = await ask(exchange, known, server.baseURL).catch(() => undefined);
    if (response !== undefined) responses.push(response);
  }
  await server.close();
  return server;
}

async function ask(
  exchange: Exchange,
  responses: readonly ModelResponse[],
  baseURL: string,
): Promise<ModelResponse> {
  const { body } = exchange.request;
  const chat = apiOf(exchange) === 'chat';
  const create = chat ? openAIChatModel : openAIResponsesModel;
  const options = { apiKey: 'test-key', baseURL, stream: isStreamed(exchange) };
  const messages = body[chat ? 'messages' : 'input'] as readonly JsonObject[]; // recorded
  return create(String(body['model']), options).request(
    toTranscript(messages, responses),
    toParameters(body),
  );
}
