import type { WorkerDeploymentOptions, WorkerOptions } from '@temporalio/worker';
import { z } from 'zod';
import { UserError } from '../common/errors';

/**
 * Which version of your code a worker is. The server then gives it the runs and conversations of that version only: see
 * `docs/deploying.md`.
 */
export interface DeploymentOptions {
  /** The same for all versions. Up to 255 characters, without dots and colons. */
  readonly name: string;
  /** This version: a commit, the tag of an image. Up to 255 characters. */
  readonly buildId: string;
  /**
   * What is open when another version becomes the current one. `pinned`: stays with the version that has it, and moves with
   * its next roll-over; a conversation moves between two turns. `auto-upgrade`: moves at once, in the midst of a turn, too.
   * @default 'pinned'
   */
  readonly behavior?: 'pinned' | 'auto-upgrade';
}

/** What the server takes; other names it leaves aside without a word to the worker. */
const nameSchema = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !name.startsWith('__'), { error: "expected a name that does not begin with '__'" });

export const deploymentSchema = z.strictObject({
  name: nameSchema.regex(/^[^.:]*$/, { error: 'expected a name without dots and colons' }),
  buildId: nameSchema,
  behavior: z.enum(['pinned', 'auto-upgrade']).default('pinned'),
});

const BEHAVIORS = { pinned: 'PINNED', 'auto-upgrade': 'AUTO_UPGRADE' } as const;

/** The same in Temporal's words. */
export function toDeploymentOptions({
  name,
  buildId,
  behavior,
}: z.output<typeof deploymentSchema>): WorkerDeploymentOptions {
  return {
    version: { deploymentName: name, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: BEHAVIORS[behavior],
  };
}

/** @throws {UserError} for both ways to say it at once. */
export function assertOneDeployment(deployment: unknown, temporal: Partial<WorkerOptions> | undefined): void {
  if (deployment === undefined || temporal?.workerDeploymentOptions === undefined) return;
  throw new UserError(
    'createWorker: deployment: temporal.workerDeploymentOptions says the same; give one of them',
  );
}
