import { toOneLine } from '../common/json';
import type { UsageLimits } from '../common/usage';
import { lastErrorOf } from './last-error';
import type { RunState, Step } from './loop';

/** Characters of a list of tools or of an error; the server keeps 20 kB of details. */
const MAX_LINE_LENGTH = 300;

/** The UI's tables have no space between their columns; Markdown drops an ordinary one. */
const GAP = '\u00a0\u00a0\u00a0';

/** What the run's page says of it in Markdown: what it does, what it has spent, what went wrong last. */
export function toCurrentDetails(state: RunState, { agent, now }: { agent: string; now: string }): string {
  const { manifest } = state;
  return [
    now,
    '',
    describeAgent({ agent, model: manifest.model }),
    '',
    ...usageTable(state),
    ...describeLastError(state),
  ].join('\n');
}

/** The same for the first step of a run of which no more is known yet: neither what it may spend, nor an error. */
export function toFirstDetails(run: { agent: string; model: string }): string {
  return [describeRequest(1), '', describeAgent(run)].join('\n');
}

function describeAgent({ agent, model }: { agent: string; model: string }): string {
  return `Agent ${code(agent)}, model ${code(model)}`;
}

function describeRequest(step: number): string {
  return `**Step ${step}:** asking the model`;
}

/** What a run does now, or how it ended. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'request-model':
      return describeRequest(step.number);
    case 'call-tools':
      return `**Calling** ${code(step.calls.map(({ call }) => call.toolName).join(', '))}`;
    case 'compact':
      return `**Compacting** about ${step.tokens} tokens`;
    case 'finish':
      return '**Completed**';
    case 'fail':
      return `**Failed:** ${code(step.failure.message)}`;
  }
}

function usageTable({ manifest: { usageLimits }, usage }: RunState): string[] {
  return [
    row('usage', 'so far', 'limit'),
    '|---|---:|---:|',
    row('model requests', usage.requests, toText(usageLimits.requestLimit)),
    row('tool calls', usage.toolCalls, toText(usageLimits.toolCallsLimit)),
    row('input tokens', usage.inputTokens, toText(usageLimits.inputTokensLimit)),
    row('output tokens', usage.outputTokens, toText(usageLimits.outputTokensLimit)),
    row('total tokens', usage.totalTokens, toText(usageLimits.totalTokensLimit)),
    ...(usage.cost === undefined ? [] : [row('cost in US dollars', usage.cost.toFixed(6), '–')]),
  ];
}

function row(name: string, value: number | string, limit: string): string {
  return `| ${name} | ${GAP}${value} | ${GAP}${limit} |`;
}

function toText(limit: UsageLimits[keyof UsageLimits]): string {
  return String(limit ?? '–');
}

/** An agent that keeps arguments out of the UI keeps complaints about them out, too. */
function describeLastError({ manifest, transcript }: RunState): string[] {
  const error = lastErrorOf(transcript.messages);
  if (error === undefined) return [];
  return ['', `**Last error:** ${code(manifest.summaries ? `${error.where}: ${error.text}` : error.where)}`];
}

/** Text that others wrote, so that nothing in it is taken for Markdown: a link, an image, the end of a table. */
function code(text: string): string {
  return `\`${toOneLine(text.replaceAll('`', "'"), MAX_LINE_LENGTH)}\``;
}
