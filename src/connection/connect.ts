import { Connection, isGrpcServiceError } from '@temporalio/client';
import { ServerUnreachableError, UserError } from '../common/errors';
import { GRPC_STATUS } from '../common/grpc-status';
import { retryUntilClosed } from './calls-after-close';
import type { ResolvedSettings } from './settings';

/** Beyond gRPC's 4 MB, so that long histories can be read. */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

/** In milliseconds. gRPC's own two minutes would keep a process deaf long after a server has come back. */
const MAX_RECONNECT_BACKOFF = 3_000;

/**
 * Connects to a server and makes sure that it has the namespace.
 * @throws {ServerUnreachableError} when nothing answers within the connect time-out.
 * @throws {UserError} when the namespace does not exist.
 */
export async function connect(settings: ResolvedSettings): Promise<Connection> {
  const connection = await reach(settings);
  try {
    await assertNamespace(connection, settings);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function reach({ address, connectTimeout, options }: ResolvedSettings): Promise<Connection> {
  const connection = open({ address, connectTimeout, options });
  try {
    await connection.ensureConnected();
    return connection;
  } catch (cause) {
    await connection.close(); // or it goes on trying, and keeps the process alive
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServerUnreachableError(
      `No Temporal server answers at '${address}' (tried for ${connectTimeout / 1000} s: ${reason}). ` +
        'Start one with `temporal server start-dev`, or set TEMPORAL_ADDRESS to one that runs.',
      { address, cause },
    );
  }
}

function open({ address, connectTimeout, options }: Omit<ResolvedSettings, 'namespace'>): Connection {
  try {
    return Connection.lazy({
      interceptors: retryUntilClosed(),
      ...options,
      address,
      connectTimeout,
      channelArgs: {
        'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
        'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_BACKOFF,
      },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`connection settings: ${reason}`, { cause });
  }
}

async function assertNamespace(
  connection: Connection,
  { address, namespace, connectTimeout }: ResolvedSettings,
): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + connectTimeout, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    if (!isGrpcServiceError(error) || Number(error.code) !== GRPC_STATUS.notFound) return; // no leave to ask is no fault
    throw new UserError(
      `The server at '${address}' has no namespace '${namespace}'. ` +
        `Create it with \`temporal operator namespace create -n ${namespace}\`, or set TEMPORAL_NAMESPACE.`,
      { cause: error },
    );
  }
}
