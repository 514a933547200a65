/** The status codes of gRPC that decisions are taken by. */
export const GRPC_STATUS = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unavailable: 14,
} as const;

/** Whether a server said that there is no such thing. */
export function isNotFound(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('name' in error && error.name === 'WorkflowNotFoundError') return true;
  return 'code' in error && Number(error.code) === GRPC_STATUS.notFound;
}
