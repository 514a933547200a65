/** How a worker of either side is started. */
export interface WorkerSettings {
  readonly address: string;
  readonly taskQueue: string;
  /** Workflows that stay in memory. @default that of `src/worker/defaults.ts` */
  readonly maxCachedWorkflows?: number;
  /** The bundle of the hand-written loops. */
  readonly floorBundle: string;
}

/** What a worker holds, in bytes, after it has collected its garbage. */
export interface Memory {
  /** All JavaScript heaps of the process: the main one and that of each thread that runs workflows. */
  readonly heap: number;
  /** Of that, in the threads: what the workflows themselves take. */
  readonly workflowHeap: number;
  /** What the operating system has given the process; it includes the native core, and seldom shrinks. */
  readonly rss: number;
}

/** What a worker can be asked. */
export interface WorkerContract {
  /** In milliseconds. */
  cpu(): number;
  /** Only of a worker that was started to be measured so. */
  memory(): Promise<Memory>;
}
