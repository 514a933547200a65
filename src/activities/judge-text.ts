import { isJsonObject, type JsonValue } from '../common/json';
import type { OutputChoice } from '../common/output';
import type { RunContext } from '../common/run-context';
import { fittingSize } from '../common/payload-size';
import type { OutputVerdict } from '../common/wire';
import { acceptOutput, judgeOutput, orRetry } from './judge-output';
import type { Measure } from './judge-response';
import { runRetryingHook } from './run-hook';

/** What a text means as an answer; `undefined` where only a tool call could be one. */
export async function judgeText(measure: Measure, text: string): Promise<OutputVerdict | undefined> {
  const { agent, offer } = measure;
  const { mode } = agent.output;
  if (mode === 'native') return judgeJson(measure, text);
  if (mode === 'prompted') return judgeFenced(measure, text);
  if (offer.allowText) return judgePlainText(measure, text);
  return judgeLuckyJson(measure, text);
}

async function judgePlainText(measure: Measure, text: string): Promise<OutputVerdict> {
  const { agent, context, room } = measure;
  const { textFunction } = agent.output;
  const name = `text function of agent '${agent.name}'`;
  const verdict = await orRetry(async () => {
    // `deps` were validated by the schema that the function's type was inferred from
    const output =
      textFunction && (await runRetryingHook(name, () => textFunction(text, context as RunContext<never>)));
    return acceptOutput(measure, textFunction === undefined ? text : output);
  });
  if ('invalid' in verdict) return verdict;
  if (verdict.value === text) return { as: 'text' };
  fittingSize(verdict.value, 'the output', room);
  return verdict;
}

/** A model that was told to call a tool may happen to write the JSON instead. */
async function judgeLuckyJson(measure: Measure, text: string): Promise<OutputVerdict | undefined> {
  for (const choice of measure.offer.choices) {
    const verdict = await judgeOutput(measure, choice, text);
    // a text is what a validator asked for; that the JSON does not fit is what is expected of a text
    if (!('invalid' in verdict) || typeof verdict.invalid === 'string') return verdict;
  }
  return undefined;
}

/** The JSON may stand in a fenced block: then it is not what the text as a whole says. */
async function judgeFenced(measure: Measure, text: string): Promise<OutputVerdict> {
  const json = unfence(text);
  const verdict = await judgeJson(measure, json);
  return json === text ? verdict : inFull(verdict, json);
}

async function judgeJson(measure: Measure, text: string): Promise<OutputVerdict> {
  const { choices } = measure.offer;
  const [only] = choices;
  if (only !== undefined && choices.length === 1) return judgeOutput(measure, only, text);
  return judgeUnion(measure, text);
}

/** One of several answers: `{ result: { kind, data } }`. */
async function judgeUnion(measure: Measure, text: string): Promise<OutputVerdict> {
  const result = resultIn(text);
  const choice = measure.offer.choices.find(({ name }) => name === result?.kind);
  if (result === undefined || choice === undefined) return { invalid: describeUnion(measure.offer.choices) };
  const json = JSON.stringify(result.data);
  return inFull(await judgeOutput(measure, choice, json), json);
}

/** The verdict with the value itself, where what was judged is only a part of what the model wrote. */
function inFull(verdict: OutputVerdict, json: string): OutputVerdict {
  if (!('as' in verdict)) return verdict;
  const data = json === '' ? {} : (JSON.parse(json) as JsonValue); // what JSON.parse returns is JSON
  return { value: verdict.as === 'wrapped' && isJsonObject(data) ? (data['response'] ?? null) : data };
}

function resultIn(text: string): { kind: JsonValue; data: JsonValue } | undefined {
  try {
    const parsed = JSON.parse(text) as JsonValue; // what JSON.parse returns is JSON
    const result = isJsonObject(parsed) ? parsed['result'] : undefined;
    if (!isJsonObject(result)) return undefined;
    return { kind: result['kind'] ?? null, data: result['data'] ?? null };
  } catch {
    return undefined; // no JSON: the model is told what is wanted
  }
}

function describeUnion(choices: readonly OutputChoice[]): string {
  const kinds = choices.map(({ name }) => `'${name}'`).join(', ');
  return `Expected a JSON object {"result": {"kind": …, "data": …}} whose kind is one of ${kinds}.`;
}

/** The inside of a fenced block, if the text holds one. */
function unfence(text: string): string {
  return /```(?:json)?\s*\n([\s\S]*?)\n?\s*```/.exec(text)?.[1] ?? text;
}
