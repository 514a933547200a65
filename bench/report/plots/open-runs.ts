import { groupedBars, toPoints } from './contender-points';
import type { PlotDefinition } from './plot';

const FIGURES = {
  'heap-run-200': 'run, 200 waiting',
  'heap-chat-200': 'conversation, 200 idle',
  'heap-chat-2000': 'conversation, 2000 idle',
};

export const openRuns: PlotDefinition = {
  name: 'open-runs',
  title: 'Heap that an open run or conversation holds in its worker',
  case: 5,
  draw: (sections) => {
    const section = sections.find(({ case: { number } }) => number === 5);
    if (section === undefined) return undefined;
    return groupedBars(section, toPoints(section, { figures: FIGURES }), { x: '', y: 'KB each' });
  },
};
