import { Context, log } from '@temporalio/activity';
import { hasAgentAttributes } from '../connection/registered-attributes';

/** Finds out, once per worker, whether the namespace has the agent search attributes: an unknown one would block a run. */
export class SearchAttributeCheck {
  #registered: Promise<boolean> | undefined;

  registered(): Promise<boolean> {
    this.#registered ??= hasAgentAttributes(Context.current().client).catch((error: unknown) => {
      log.warn('cannot see whether the namespace has the agent search attributes; runs go without them', {
        error,
      });
      return false;
    });
    return this.#registered;
  }
}
