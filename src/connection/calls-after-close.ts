import {
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { GRPC_STATUS } from '../common/grpc-status';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;
/** What interceptors hand on to each other. */
type BareCall = ReturnType<Parameters<Interceptor>[1]>;

/**
 * Tries calls again as Temporal's client does by itself. One that is due after its connection was closed fails like any
 * other; left alone, it would throw out of a timer and end the process.
 */
export function retryUntilClosed(): Interceptor[] {
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), failWhenClosed];
}

const failWhenClosed: Interceptor = (options, nextCall) => {
  try {
    return nextCall(options) as Call; // an interceptor may hand the call on as it is
  } catch {
    return FAILED as Call; // all that gRPC uses of a call
  }
};

const nothing = (): void => undefined;

const FAILED: BareCall = {
  start: (metadata, listener) => {
    const status = { code: GRPC_STATUS.cancelled, details: 'the connection was closed', metadata };
    listener?.onReceiveStatus?.(status);
  },
  sendMessage: nothing,
  sendMessageWithContext: nothing,
  halfClose: nothing,
  startRead: nothing,
  cancelWithStatus: nothing,
  getPeer: () => '',
  getAuthContext: () => null,
};
