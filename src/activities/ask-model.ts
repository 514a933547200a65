import { Context } from '@temporalio/activity';
import { ModelRequestError } from '../common/errors';
import type { Model } from '../common/model';

/** Whatever a model throws is an error of that model; what is not one of ours may be tried again. */
export async function askModel<Answer>(model: Model, request: () => Promise<Answer>): Promise<Answer> {
  const { cancellationSignal, cancelled } = Context.current();
  try {
    return await request();
  } catch (error) {
    if (cancellationSignal.aborted) return cancelled;
    if (error instanceof ModelRequestError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelRequestError(`${model.name}: ${reason}`, {
      model: model.name,
      retryable: true,
      cause: error,
    });
  }
}
