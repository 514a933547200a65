import { ModelRetry } from '../common/errors';
import { isJsonObject, type JsonValue } from '../common/json';
import type { ToolCallPart } from '../common/messages';
import type { OutputChoice } from '../common/output';
import type { RunContext } from '../common/run-context';
import { cutText, MAX_RETRY_TEXT_LENGTH } from '../common/size-limits';
import { fittingSize } from '../common/payload-size';
import { toJsonValue } from '../common/to-json-value';
import type { OutputVerdict } from '../common/wire';
import type { Measure } from './judge-response';
import { parseArguments } from './parse-arguments';
import { runHook, runRetryingHook } from './run-hook';

/** Validates a structured answer by its schema and by the agent's validators. */
export async function judgeOutput(
  measure: Measure,
  choice: OutputChoice,
  written: ToolCallPart['args'],
): Promise<OutputVerdict> {
  const parsed = await parseArguments(choice.schema, written, `output of agent '${measure.agent.name}'`);
  if (!parsed.valid) return { invalid: parsed.issues };
  const verdict = await acceptOutput(measure, unwrap(choice, parsed.value));
  if ('invalid' in verdict) return verdict;
  if (isAsWritten({ json: unwrap(choice, parsed.json), written }, verdict.value)) {
    return { as: choice.wrapped ? 'wrapped' : 'json' };
  }
  fittingSize(verdict.value, 'the output', measure.room);
  return verdict;
}

/** The output after the agent's validators, or what the model has to be told. */
export async function acceptOutput(
  measure: Measure,
  output: unknown,
): Promise<{ readonly value: JsonValue } | { readonly invalid: string }> {
  return orRetry(async () => {
    const value = await validate(measure, output);
    const field = `output of agent '${measure.agent.name}'`;
    return { value: await runHook(field, () => toJsonValue(value, field)) };
  });
}

/** Turns a `ModelRetry` into what the model is told. */
export async function orRetry<Result>(
  work: () => Promise<Result>,
): Promise<Result | { readonly invalid: string }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelRetry) return { invalid: cutText(error.message, MAX_RETRY_TEXT_LENGTH) };
    throw error;
  }
}

async function validate({ agent, context }: Measure, output: unknown): Promise<unknown> {
  let value = output;
  for (const [index, validator] of agent.outputValidators.entries()) {
    const before = value;
    // output and `deps` were validated by the schemas that the validator's type was inferred from
    const run = (): unknown => validator(before as never, context as RunContext<never>);
    value = await runRetryingHook(`output validator ${index + 1} of agent '${agent.name}'`, run);
  }
  return value;
}

function unwrap({ wrapped }: OutputChoice, value: unknown): unknown {
  return wrapped && isJsonObject(value) ? value['response'] : value;
}

/** What nothing at all stands for. */
const EMPTY = '{}';

/**
 * Whether recording the value would repeat what the response already says. What JSON writes at greater length than the
 * model did (`1e20`) is recorded on its own, so that the size of what is recorded bounds the run's result.
 */
function isAsWritten(
  { json, written }: { readonly json: unknown; readonly written: ToolCallPart['args'] },
  value: JsonValue,
): boolean {
  const output = JSON.stringify(value);
  if (typeof written === 'string' && output.length > Math.max(written.length, EMPTY.length)) return false;
  return output === JSON.stringify(json);
}
