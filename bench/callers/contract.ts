/** What a calling process can be asked: so many calls, one after the other; how long each took, in milliseconds. */
export interface CallerContract {
  run(calls: number): Promise<number[]>;
  runSync(calls: number): number[];
}

export interface CallerSettings {
  readonly address: string;
  readonly taskQueue: string;
}
