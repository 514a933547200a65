// What record-histories.mjs keeps: histories, and the state that one workflow run handed to the next.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { defaultPayloadConverter } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const REPLAY = new URL('../../test/replay/', import.meta.url);

const historyOf = (name) => new URL(`histories/${name}.json`, REPLAY);

/** Samples lie by the version of the package that wrote them. */
function sampleOf(name) {
  const { version } = read(new URL('../../package.json', import.meta.url));
  return new URL(`carried/${version}/${name}.json`, REPLAY);
}

/** Whether there is a recording, with a sample of this version if it is one of a workflow run that was handed something. */
export function isRecorded(name) {
  if (!existsSync(historyOf(name))) return false;
  const [start] = read(historyOf(name)).events;
  const { payloads } = start.workflowExecutionStartedEventAttributes.input;
  return payloads.length < 2 || existsSync(sampleOf(name));
}

/** Keeps the history of a workflow run, and what was handed to it. What is there already stays, unless it was asked for. */
export async function save(name, history) {
  const { input, carried } = inputOf(history);
  await keep(name, historyOf(name), () => withoutPlaces(JSON.parse(historyToJSON(history))));
  if (carried !== undefined) await keep(name, sampleOf(name), () => ({ input, carried }));
}

async function keep(name, file, make) {
  if (existsSync(file) && !process.argv.includes(name)) return;
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, `${JSON.stringify(make(), null, 1)}\n`);
  console.log(`recorded ${file.pathname.slice(REPLAY.pathname.length)}`);
}

/** All workflow runs of a workflow that has ended, oldest first, each as its history. */
export async function chainOf({ temporal }, id) {
  const chain = [];
  let execution;
  do {
    const history = await temporal.workflow.getHandle(id, execution).fetchHistory();
    chain.unshift(history);
    execution = startOf(history).continuedExecutionRunId;
  } while (execution);
  return chain;
}

/** The first workflow run that was handed what is wanted. */
export async function pick(client, id, isWanted) {
  const history = (await chainOf(client, id)).find((each) => {
    const { carried } = inputOf(each);
    return carried !== undefined && isWanted(carried);
  });
  if (history === undefined) throw new Error(`no workflow run of '${id}' is what was wanted`);
  return history;
}

function inputOf(history) {
  const [input, carried] = startOf(history).input.payloads.map((payload) =>
    defaultPayloadConverter.fromPayload(payload),
  );
  return { input, carried };
}

function startOf({ events }) {
  return events[0].workflowExecutionStartedEventAttributes;
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Names of machines and paths on them say nothing of a run. */
function withoutPlaces(value, key = '') {
  if (key === 'identity') return 'recorder';
  if (key === 'stackTrace') return '';
  if (typeof value === 'string') return value.replace(/^\d+@\S+$/, 'recorder'); // a worker's own queue
  if (Array.isArray(value)) return value.map((item) => withoutPlaces(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutPlaces(item, name)]));
}
