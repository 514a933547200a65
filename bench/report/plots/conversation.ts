import { groupedBars, toPoints } from './contender-points';
import type { PlotDefinition } from './plot';

const TURNS = [10, 100, 1_000];

export const conversation: PlotDefinition = {
  name: 'conversation',
  title: 'Time of a turn of a conversation',
  case: 6,
  draw: (sections) => {
    const section = sections.find(({ case: { number } }) => number === 6);
    if (section === undefined) return undefined;
    const figures = Object.fromEntries(
      TURNS.map((turn) => [`time-${turn}`, `turn ${turn.toLocaleString('en-US')}`]),
    );
    return groupedBars(section, toPoints(section, { figures }), { x: '', y: 'milliseconds' });
  },
};
