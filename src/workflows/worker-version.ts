import { type ContinueAsNewOptions, workflowInfo } from '@temporalio/workflow';

/**
 * Whether another version of the worker has become the one that this workflow run is to be served by. Only one that is
 * pinned to a version is told so, and only with a workflow task: nothing wakes it.
 */
export class WorkerVersion {
  #known = isLeftBehind();

  /** Not what held from the start: an operator may have pinned the workflow, and would pin the next run of it, too. */
  get hasChanged(): boolean {
    return isLeftBehind() && !this.#known;
  }

  /** The same, once: what cannot be handed on now goes on here. */
  takeChange(): boolean {
    const changed = this.hasChanged;
    this.#known = isLeftBehind();
    return changed;
  }
}

function isLeftBehind(): boolean {
  return workflowInfo().targetWorkerDeploymentVersionChanged;
}

/** Has the version go on that is current then; by default it would be this one, for as long as the chain lasts. */
export function toCurrentVersion(): Pick<ContinueAsNewOptions, 'initialVersioningBehavior'> {
  const { currentDeploymentVersion } = workflowInfo();
  const isVersioned = (currentDeploymentVersion?.deploymentName ?? '') !== '';
  return isVersioned ? { initialVersioningBehavior: 'AUTO_UPGRADE' } : {};
}
