// What we make of a recorded answer, served over HTTP as it was recorded.
import { openAIChatModel, openAIResponsesModel } from '../../src/activities/models/openai';
import type { ModelResponse } from '../../src/common/messages';
import { asked, requestParameters } from './model-request';
import { startOpenAIServer } from './openai-server';
import { apiOf, type Exchange, isStreamed } from './recordings';

export async function answerOf(exchange: Exchange): Promise<ModelResponse> {
  const { status, body, contentType } = exchange.response;
  const headers = { 'content-type': contentType };
  const server = await startOpenAIServer([{ status, body, headers, pieceBytes: 1000 }]);
  const create = apiOf(exchange) === 'chat' ? openAIChatModel : openAIResponsesModel;
  const options = { apiKey: 'test-key', baseURL: server.baseURL, stream: isStreamed(exchange) };
  try {
    return await create(String(exchange.request.body['model']), options).request(
      asked('hi'),
      requestParameters(),
    );
  } finally {
    await server.close();
  }
}
