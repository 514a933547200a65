import { randomUUID } from 'node:crypto';
import type { Block } from '../block';
import { floorDelta } from '../contenders/floor';
import { perdure } from '../contenders/perdure';
import { type HistorySize, historyUntilNow } from '../measure/history';
import { median } from '../measure/statistics';
import type { Script } from '../provider/script';
import type { Case, Figure, Figures } from './case';

/** The turns around which is measured. */
const MARKS = [10, 100, 1_000];
const SMALLER = 10;
/** A mark stands for so many turns that end with it, so that one slow turn is not taken for all. */
const WINDOW = { full: 10, small: 1 };
/** So many more turns take turns with those of a new conversation: a machine is never the same for long. */
const COMPARED = { full: 40, small: 2 };
/** What a turn is asked. */
const TURN: Script = { calls: 0, answerBytes: 200 };
const NOTHING: HistorySize = { bytes: 0, events: 0 };

export const conversation: Case = {
  number: 6,
  title: 'A conversation of 1,000 turns',
  about:
    'One turn after the other, a model call each, its answer 200 bytes long: the median time of the ten turns that end with the 10th, the 100th and the 1,000th, and what each of them adds to the history. The first row compares the 40 turns after that with the first 40 of another conversation, taken in between, one by one.',
  contenders: [perdure, floorDelta],
  figures: [
    {
      id: 'slowdown',
      label: 'a turn around 1,000, in turns of a new conversation',
      unit: '×',
      digits: 2,
      targets: [{ atMost: 1.2 }],
    },
    ...MARKS.flatMap(figuresAt),
    { id: 'bytes', label: 'history per turn, all turns', unit: 'B', digits: 0 },
  ],
  measure: ({ inBlock, small }) => inBlock((block) => converse(block, small)),
};

function figuresAt(mark: number): Figure[] {
  return [
    { id: `time-${mark}`, label: `turn ${mark}`, unit: 'ms' },
    { id: `bytes-${mark}`, label: `history, turn ${mark}`, unit: 'B', digits: 0 },
    { id: `events-${mark}`, label: `events, turn ${mark}`, unit: '' },
  ];
}

async function converse(block: Block, small: boolean): Promise<Figures> {
  const id = randomUUID();
  const send = block.chat(id);
  const take = (turns: number): Promise<number[]> => takeTurns(send, turns);
  const look = (): Promise<HistorySize> => historyUntilNow(block.stage.temporal, id);
  const window = small ? WINDOW.small : WINDOW.full;
  const figures: Record<string, number> = {};
  let taken = 0;
  for (const mark of MARKS) {
    const wanted = small ? mark / SMALLER : mark;
    await take(wanted - window - taken);
    const before = taken === 0 && wanted === window ? NOTHING : await look();
    const times = await take(window);
    const after = await look();
    taken = wanted;
    figures[`time-${mark}`] = median(times);
    figures[`bytes-${mark}`] = (after.bytes - before.bytes) / window;
    figures[`events-${mark}`] = (after.events - before.events) / window;
    figures['bytes'] = after.bytes / taken;
  }
  return { ...figures, slowdown: await slowdownOf(block, send, small ? COMPARED.small : COMPARED.full) };
}

type Send = (script: Script) => Promise<number>;

async function slowdownOf(block: Block, send: Send, turns: number): Promise<number> {
  const sendToNew = block.chat(randomUUID());
  const old: number[] = [];
  const fresh: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    old.push(await send(TURN));
    fresh.push(await sendToNew(TURN));
  }
  return median(old) / median(fresh);
}

async function takeTurns(send: Send, turns: number): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) times.push(await send(TURN));
  return times;
}
