import { cpus } from 'node:os';

/** CPU time of the machine since it started, over all cores, in milliseconds. */
export interface MachineTime {
  readonly busy: number;
  readonly idle: number;
}

export function machineTime(): MachineTime {
  const time = { busy: 0, idle: 0 };
  for (const { times } of cpus()) {
    time.idle += times.idle;
    time.busy += times.user + times.nice + times.sys + times.irq;
  }
  return time;
}

/** From 0 to 1: whether something else than the CPU was the limit, or somebody else took it. */
export function busyShare(from: MachineTime, to: MachineTime): number {
  const busy = to.busy - from.busy;
  return busy / (busy + to.idle - from.idle);
}
