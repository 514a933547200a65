/** The status codes of gRPC that decisions are taken by. */
export const GRPC_STATUS = { invalidArgument: 3, notFound: 5, unavailable: 14 } as const;
