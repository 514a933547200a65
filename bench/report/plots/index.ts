import { conversation } from './conversation';
import { historySize } from './history-size';
import { openRuns } from './open-runs';
import type { PlotDefinition } from './plot';
import { step } from './step';
import { targets } from './targets';
import { throughput } from './throughput';

export const PLOTS: readonly PlotDefinition[] = [
  targets,
  step,
  throughput,
  historySize,
  openRuns,
  conversation,
];
