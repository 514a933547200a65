import { LABELS } from '../contender-names';
import type { Verdict } from '../compare';
import { allVerdicts } from '../page';
import type { PlotDefinition } from './plot';

/** Everything on one scale: 1 is what was allowed, less is better. */
export const targets: PlotDefinition = {
  name: 'targets',
  title: 'What was measured, as a share of what is allowed',
  draw: (sections) => {
    const values = allVerdicts(sections).flatMap(toPoint);
    if (values.length === 0) return undefined;
    const y = { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 0 } };
    const x = {
      type: 'quantitative',
      title: 'share of what is allowed: left of 1 is reached',
      scale: { zero: false },
    };
    return {
      width: 420,
      height: { step: 22 },
      data: { values },
      encoding: { y },
      layer: [
        {
          mark: { type: 'rule', color: '#111827', strokeDash: [4, 3] },
          encoding: { y: null, x: { datum: 1 } },
        },
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { x: { ...x, field: 'lower' }, x2: { field: 'upper' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 70 },
          encoding: { x: { ...x, field: 'median' }, color },
        },
      ],
    };
  },
};

const color = {
  field: 'reached',
  type: 'nominal',
  scale: { domain: ['reached', 'missed'], range: ['#15803d', '#b91c1c'] },
};

/** A target of nothing has no shares. */
function toPoint({ case: number, figure, target, measured, reached }: Verdict): object[] {
  const share = (value: number): number =>
    'atMost' in target ? value / target.atMost : target.atLeast / value;
  if ('atMost' in target && target.atMost === 0) return [];
  const of = target.of === undefined ? '' : ` (${LABELS[target.of]})`;
  const [one, other] = [share(measured.lowerQuartile), share(measured.upperQuartile)];
  return [
    {
      name: `${number}: ${figure.label}${of}`,
      median: share(measured.median),
      lower: Math.min(one, other),
      upper: Math.max(one, other),
      reached: reached ? 'reached' : 'missed',
    },
  ];
}
