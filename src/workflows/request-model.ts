import { type ActivityOptions, isCancellation, scheduleActivity } from '@temporalio/workflow';
import { toOneLine } from '../common/json';
import { MAX_SUMMARY_LENGTH } from '../common/size-limits';
import {
  MODEL_REQUEST_ACTIVITY,
  type ModelRequestInput,
  type ModelRequestResult,
  type RequestBounds,
} from '../common/wire';
import { describeFailure, fieldsOf, toApplicationFailure } from './failure';
import {
  type RequestModelStep,
  type RunFailure,
  type RunState,
  withModelFailure,
  withModelResponse,
} from './loop';
import { modelBoundsOf, toActivityOptions } from './activity-options';

/** Carries out one model request. */
export async function requestModel(state: RunState, step: RequestModelStep): Promise<RunState> {
  const { manifest } = state;
  const input: ModelRequestInput = {
    transcript: step.transcript,
    ...(step.final ? { final: true } : {}),
    ...(manifest.needsUsage === true ? { step: step.number, usage: state.usage } : {}),
    ...(state.retries.output === 0 ? {} : { retry: state.retries.output }),
    ...(state.turn === undefined ? {} : { turn: state.turn.reference }),
  };
  const options = toModelRequestOptions(step.number, manifest.model, modelBoundsOf(manifest));
  let result: ModelRequestResult;
  try {
    result = await scheduleActivity<ModelRequestResult>(MODEL_REQUEST_ACTIVITY, [input], options);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return withModelFailure(state, toModelFailure(error, manifest.model));
  }
  return withModelResponse(state, result);
}

export function toModelRequestOptions(step: number, model: string, bounds: RequestBounds): ActivityOptions {
  return toActivityOptions(bounds, toOneLine(`step ${step} · ${model}`, MAX_SUMMARY_LENGTH));
}

/** The end of a run by what an activity that asks a model threw. */
export function toModelFailure(error: unknown, model: string): RunFailure {
  const failure = toApplicationFailure(error);
  switch (failure?.type) {
    case 'ModelRequestError':
    case 'PayloadTooLargeError':
    case 'UnexpectedModelBehaviorError':
    case 'HookExecutionError':
    case 'UserError':
      return { type: failure.type, message: failure.message, fields: fieldsOf(failure) };
    case null:
    case undefined:
    default:
      return {
        type: 'ModelRequestError',
        message: `The request to '${model}' failed: ${describeFailure(error)}`,
        fields: { model, retryable: true },
      };
  }
}
