// The same answers as in openai-bodies, as OpenAI streams them.
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/common/json';
import type { ScriptedAnswer } from './openai-server';

/** Small enough to cut lines, words and letters. */
const PIECE_BYTES = 7;

/** A stream of these events; a text is sent as it is. */
export function streamed(events: readonly (JsonObject | string)[]): ScriptedAnswer {
  return streamedText(
    events.map((event) => (typeof event === 'string' ? event : toEventText(event))).join(''),
  );
}

export function streamedText(body: string): ScriptedAnswer {
  return { body, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, pieceBytes: PIECE_BYTES };
}

export const DONE_EVENT = 'data: [DONE]\n\n';

/** Chat Completions names no events, Responses does. */
function toEventText(event: JsonObject): string {
  const name = typeof event['type'] === 'string' ? `event: ${event['type']}\n` : '';
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** A chat completion in chunks, usage last. */
export function chatChunks({ choices, usage, ...about }: JsonObject): JsonObject[] {
  const chunk = { ...about, object: 'chat.completion.chunk', usage: null, obfuscation: 'xyz' };
  const chunks = objectsOf(choices).flatMap(({ message, finish_reason, logprobs, index }) => {
    const deltas = isJsonObject(message) ? deltasOf(message) : [];
    return [
      ...deltas.map((delta) => ({ index, delta, logprobs: null, finish_reason: null })),
      { index, delta: {}, logprobs: logprobs ?? null, finish_reason },
    ] as JsonObject[]; // an index is there
  });
  return [
    ...chunks.map((choice) => ({ ...chunk, choices: [choice] })),
    { ...chunk, choices: [], usage: usage ?? null },
  ];
}

function deltasOf({ role, tool_calls, ...fields }: JsonObject): JsonObject[] {
  const texts = Object.entries(fields).flatMap(([field, value]) =>
    (typeof value === 'string' ? wordsOf(value) : [value]).map((piece) => ({ [field]: piece })),
  );
  return [
    { role: role ?? 'assistant', content: null },
    ...texts,
    ...objectsOf(tool_calls).flatMap(callDeltasOf),
  ];
}

function callDeltasOf({ function: called, ...call }: JsonObject, index: number): JsonObject[] {
  if (!isJsonObject(called)) return [{ tool_calls: [{ index, ...call }] }];
  const { arguments: args, ...about } = called;
  const first = { index, ...call, function: { ...about, arguments: '' } };
  const others = wordsOf(String(args)).map((text) => ({ index, function: { arguments: text } }));
  return [first, ...others].map((delta) => ({ tool_calls: [delta] }));
}

/** A response in events: each item as it is ready, and all of it at the end. */
export function responsesEvents(body: JsonObject): JsonObject[] {
  const begun = { ...body, status: 'in_progress', output: [], usage: null };
  const items = objectsOf(body['output']).flatMap((item, output_index) => [
    { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress' } },
    { type: 'response.output_item.done', output_index, item },
  ]);
  const events: JsonObject[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...items,
    { type: `response.${String(body['status'])}`, response: body },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

function wordsOf(text: string): string[] {
  return text.match(/\S+|\s+/g) ?? [];
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
