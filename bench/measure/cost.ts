import type { Block } from '../block';
import { cpuOfThisProcess } from '../processes/cpu';
import { busyShare, machineTime } from './machine-load';
import { cpuOfProcess } from './process-cpu';

/** What some work took: milliseconds of time, and of CPU by process. */
export interface Cost {
  readonly time: number;
  readonly worker: number;
  /** Of the Temporal server; `undefined` where the system does not tell. */
  readonly server: number | undefined;
  /** Of this process, which starts the runs. */
  readonly client: number;
  readonly provider: number;
  /** How busy the machine was, from 0 to 1, all processes together. */
  readonly busy: number;
  readonly requests: number;
  /** Of all requests to the model together. */
  readonly requestBytes: number;
}

export async function costOf({ stage, worker }: Block, work: () => Promise<unknown>): Promise<Cost> {
  const look = async () => ({
    worker: await worker.ask('cpu'),
    server: cpuOfProcess(stage.serverPid),
    client: cpuOfThisProcess(),
    provider: await stage.provider.ask('cpu'),
    machine: machineTime(),
    counters: await stage.provider.ask('counters'),
    at: performance.now(),
  });
  const before = await look();
  await work();
  const after = await look();
  const { server } = before;
  return {
    time: after.at - before.at,
    worker: after.worker - before.worker,
    server: server === undefined || after.server === undefined ? undefined : after.server - server,
    client: after.client - before.client,
    provider: after.provider - before.provider,
    busy: busyShare(before.machine, after.machine),
    requests: after.counters.requests - before.counters.requests,
    requestBytes: after.counters.receivedBytes - before.counters.receivedBytes,
  };
}
