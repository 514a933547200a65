/** What the demo wants to know of its worker. */
export type WorkerReport = 'ready' | 'model-request';

/** Does nothing when the worker was started by hand or by docker compose. */
export function reportToDemo(report: WorkerReport): void {
  process.send?.(report);
}

/** A worker that the demo started does not outlive it. */
export function endWithDemo(): void {
  if (process.connected) process.once('disconnect', () => process.exit());
}

export function leaveDemo(): void {
  if (process.connected) process.disconnect();
}
