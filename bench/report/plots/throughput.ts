import { groupedBars, toPoints } from './contender-points';
import type { PlotDefinition } from './plot';

const FIGURES = {
  'rate-20': '20 at a time',
  'rate-50': '50 at a time',
  'rate-100': '100 at a time, model takes 300 ms',
};

export const throughput: PlotDefinition = {
  name: 'throughput',
  title: 'Runs per second, 3 tool calls each',
  case: 3,
  draw: (sections) => {
    const section = sections.find(({ case: { number } }) => number === 3);
    if (section === undefined) return undefined;
    const axes = { x: 'load', y: 'runs per second' };
    return groupedBars(section, toPoints(section, { figures: FIGURES }), axes);
  },
};
