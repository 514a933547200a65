import { groupedBars, toPoints } from './contender-points';
import type { PlotDefinition } from './plot';

const LENGTHS = [10, 100, 400];

export const step: PlotDefinition = {
  name: 'step',
  title: 'Time of a step',
  case: 2,
  draw: (sections) => {
    const section = sections.find(({ case: { number } }) => number === 2);
    if (section === undefined) return undefined;
    const figures = Object.fromEntries(LENGTHS.map((steps) => [`time-${steps}`, `${steps} steps`]));
    return groupedBars(section, toPoints(section, { figures }), {
      x: 'length of the run',
      y: 'milliseconds per step',
    });
  },
};
