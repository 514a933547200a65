import type { Cost } from '../measure/cost';
import type { Figure, Figures } from './case';

/** The CPU of each process, for one of so many runs or steps. */
export function cpuEach(cost: Cost, count: number, suffix = ''): Figures {
  const { worker, server, client } = cost;
  return {
    [`worker${suffix}`]: worker / count,
    ...(server === undefined ? {} : { [`server${suffix}`]: server / count }),
    [`client${suffix}`]: client / count,
  };
}

/** Their descriptions. `what` is a run or a step. */
export function cpuFigures(what: string, suffix = ''): Figure[] {
  const unit = 'ms';
  return [
    {
      id: `worker${suffix}`,
      label: `worker CPU per ${what}`,
      unit,
      targets: [{ atMost: 1.25, against: 'floor-delta' }],
    },
    { id: `server${suffix}`, label: `server CPU per ${what}`, unit },
    { id: `client${suffix}`, label: `client CPU per ${what}`, unit },
  ];
}
