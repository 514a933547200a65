import { contenderColor, toPoints } from './contender-points';
import type { PlotDefinition } from './plot';

const LENGTHS = [10, 50, 100, 200, 400, 1_000];
const MEGABYTE = 1e6;

export const historySize: PlotDefinition = {
  name: 'history-size',
  title: 'History of a run whose tool returns 5 KB',
  case: 4,
  draw: (sections) => {
    const section = sections.find(({ case: { number } }) => number === 4);
    if (section === undefined) return undefined;
    const figures = Object.fromEntries(LENGTHS.map((calls) => [`bytes-${calls}`, calls]));
    return {
      width: 520,
      height: 260,
      data: { values: toPoints(section, { figures, unit: MEGABYTE }) },
      mark: { type: 'line', point: { size: 45 } },
      encoding: {
        x: { field: 'x', type: 'quantitative', title: 'tool calls' },
        y: { field: 'median', type: 'quantitative', title: 'megabytes' },
        color: contenderColor(section),
      },
    };
  },
};
