/** What the scripted model does with a prompt. It stands in the prompt itself, so that the provider remembers nothing. */
export interface Script {
  /** Tool calls, one in each step, before the answer. */
  readonly calls: number;
  /** Length of each tool's result. @default 200 */
  readonly resultBytes?: number;
  /** Length of the answer. @default 20 */
  readonly answerBytes?: number;
  /** How long each response takes, in milliseconds. @default 0 */
  readonly latency?: number;
  /** Names the run in the provider's journal; without it, nothing is written down. */
  readonly journal?: string;
  /** The response before which the first request is refused as an overload: 0 is the first one. Needs a journal. */
  readonly failAt?: number;
  /** Refuses to answer at last, and asks to come again in 10 minutes: a run that waits, and holds nothing else. */
  readonly park?: boolean;
}

export const DEFAULT_RESULT_BYTES = 200;
export const DEFAULT_ANSWER_BYTES = 20;

/** As text that JSON writes as it is, so that the provider finds it without parsing megabytes. */
export function toPrompt(script: Script): string {
  const fields = Object.entries(script).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams(Object.fromEntries(fields) as Record<string, string>).toString(); // pairs of texts
}

export function fromPrompt(prompt: string): Script {
  const fields = new URLSearchParams(prompt);
  const number = (name: string): number | undefined => {
    const text = fields.get(name);
    return text === null ? undefined : Number(text);
  };
  const failAt = number('failAt');
  const journal = fields.get('journal');
  return {
    calls: number('calls') ?? 0,
    resultBytes: number('resultBytes') ?? DEFAULT_RESULT_BYTES,
    answerBytes: number('answerBytes') ?? DEFAULT_ANSWER_BYTES,
    latency: number('latency') ?? 0,
    park: fields.get('park') === 'true',
    ...(failAt === undefined ? {} : { failAt }),
    ...(journal === null ? {} : { journal }),
  };
}
