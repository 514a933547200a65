import type { ContenderName } from '../contenders/contender';

export const LABELS: Readonly<Record<ContenderName, string>> = {
  perdure: 'perdure',
  'perdure-local': 'perdure, local tool',
  'floor-delta': 'floor, delta in memory',
  'floor-whole': 'floor, whole prompt',
  run: 'run',
  runSync: 'runSync',
};

export const COLORS: Readonly<Record<ContenderName, string>> = {
  perdure: '#1d4ed8',
  'perdure-local': '#60a5fa',
  'floor-delta': '#9ca3af',
  'floor-whole': '#d97706',
  run: '#9ca3af',
  runSync: '#1d4ed8',
};
