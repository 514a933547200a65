import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { classifyError } from '../../../src/activities/models/openai/classify-error';
import { MAX_RETRY_AFTER } from '../../../src/activities/models/openai/retry-after';
import { ModelRequestError, UserError } from '../../../src/common/errors';
import { MAX_ERROR_TEXT_LENGTH } from '../../../src/common/size-limits';
import { errorBody } from '../../support/openai-bodies';

const now = Date.parse('2026-01-01T00:00:00Z');

function classify(error: unknown, secrets: string[] = []): ModelRequestError {
  return classifyError(error, { model: 'openai:gpt-5', secrets, now });
}

/** What the client throws for an answer with a JSON error. */
function answered(
  status: number,
  code: string | null = null,
  headers: Record<string, string> = {},
): APIError {
  return APIError.generate(status, errorBody('What the server said.', code), undefined, new Headers(headers));
}

/** What the client throws for an answer that is no JSON. */
function answeredText(status: number, text: string): APIError {
  return APIError.generate(status, undefined, text, new Headers());
}

describe('classifyError', () => {
  it.each([
    [400, null, false],
    [400, 'context_length_exceeded', false],
    [401, 'invalid_api_key', false],
    [403, null, false],
    [404, 'model_not_found', false],
    [408, null, true],
    [409, null, true],
    [422, null, false],
    [429, 'rate_limit_exceeded', true],
    [429, 'insufficient_quota', false],
    [500, 'server_error', true],
    [500, 'context_length_exceeded', false],
    [502, null, true],
    [503, null, true],
    [529, null, true],
  ])('%i with code %s: retryable %s', (status, code, retryable) => {
    const error = classify(answered(status, code));
    expect(error).toBeInstanceOf(ModelRequestError);
    expect(error).toMatchObject({ model: 'openai:gpt-5', status, code: code ?? undefined, retryable });
    expect(error.message).toContain(`Model 'openai:gpt-5' answered ${status}`);
    expect(error.message).toContain('What the server said.');
  });

  it.each([
    [400, 'true', true],
    [429, 'false', false],
    [503, 'false', false],
    [503, 'perhaps', true],
  ])('%i with x-should-retry %s: retryable %s', (status, header, retryable) => {
    expect(classify(answered(status, null, { 'x-should-retry': header })).retryable).toBe(retryable);
  });

  it('does not retry for want of money, whatever the header says', () => {
    expect(classify(answered(429, 'insufficient_quota', { 'x-should-retry': 'true' })).retryable).toBe(false);
  });

  it.each([
    [{ 'retry-after-ms': '1500' }, 1500],
    [{ 'retry-after-ms': '1500', 'retry-after': '60' }, 1500],
    [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2000],
    [{ 'retry-after': '2.5' }, 2500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' }, 20_000],
    [{ 'retry-after': 'Thu, 01 Jan 2025 00:00:00 GMT' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after-ms': '-5' }, undefined],
    [{ 'retry-after': 'later' }, undefined],
    [{ 'retry-after': '86400' }, MAX_RETRY_AFTER],
    [{ 'retry-after': 'Fri, 01 Jan 2027 00:00:00 GMT' }, MAX_RETRY_AFTER],
    [{}, undefined],
  ])('reads %j as a wait of %s ms', (headers, expected) => {
    expect(classify(answered(429, null, headers as Record<string, string>)).retryAfter).toBe(expected);
  });

  it('asks for no wait where waiting does not help', () => {
    expect(classify(answered(400, null, { 'retry-after': '2' })).retryAfter).toBeUndefined();
  });

  it.each([
    [
      'a refused connection',
      new APIConnectionError({ cause: refused() }),
      'connect ECONNREFUSED 127.0.0.1:1',
    ],
    ['a timeout', new APIConnectionTimeoutError(), 'Request timed out.'],
    [
      'a body that ends too early',
      new TypeError('terminated', { cause: new Error('other side closed') }),
      'closed',
    ],
    ['a body that is no JSON', new SyntaxError('Unexpected end of JSON input'), 'Unexpected end'],
    ['something else', new Error('Failed to get token'), 'Failed to get token'],
    ['no error at all', 'oops', 'oops'],
  ])('retries after %s', (_, thrown, text) => {
    const error = classify(thrown);
    expect(error).toMatchObject({ retryable: true, status: undefined, code: undefined });
    expect(error.message).toContain(text);
  });

  it.each([
    ['a mistake of the developer', new UserError('the prompt holds what cannot be sent')],
    ['what the runtime refuses to send', new TypeError('Invalid URL')],
  ])('does not retry after %s', (_, thrown) => {
    expect(classify(thrown)).toMatchObject({
      retryable: false,
      message: expect.stringContaining(thrown.message),
    });
  });

  it('leaves an error alone that says all of this already', () => {
    const error = new ModelRequestError('no key', { model: 'm', retryable: false });
    expect(classify(error)).toBe(error);
  });

  it.each([
    [
      `<!DOCTYPE html><html><head><title>502 Bad\n Gateway</title></head>${'x'.repeat(9000)}`,
      "'502 Bad Gateway'",
    ],
    [`<html><body>${'x'.repeat(9000)}</body></html>`, 'an HTML page'],
    ['upstream connect error', "'upstream connect error'"],
  ])("tells a proxy's page in a few words", (page, text) => {
    const { message } = classify(answeredText(502, page));
    expect(message).toContain(text);
    expect(message.length).toBeLessThan(120);
  });

  it('keeps long messages within what is recorded', () => {
    const body = errorBody('long '.repeat(2000));
    const error = classify(APIError.generate(400, body, undefined, new Headers()));
    expect(error.message.length).toBeLessThanOrEqual(MAX_ERROR_TEXT_LENGTH);
  });

  it.each([
    'Incorrect API key provided: my-secret-key-1.',
    'Headers.append: "Bearer my-secret-key-1" is an invalid header value.',
    'Headers.append: "Bearer another-secret-key" is an invalid header value.',
    'Incorrect API key provided: sk-proj-abcdefgh12345.',
  ])('never tells a key: %s', (text) => {
    const error = classify(new Error(text, { cause: new Error(text) }), ['my-secret-key-1']);
    expect(error.message).toContain('***');
    expect(JSON.stringify([error.message, error.cause])).not.toMatch(/secret-key|abcdefgh/);
  });

  it('says what to do', () => {
    expect(classify(answered(401)).message).toContain('Check OPENAI_API_KEY');
    expect(classify(answered(429, 'insufficient_quota')).message).toContain('Add credit');
  });
});

function refused(): Error {
  const attempts = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:1')], '');
  return new TypeError('fetch failed', { cause: attempts });
}
