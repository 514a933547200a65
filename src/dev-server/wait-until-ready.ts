import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const POLL_INTERVAL = 50;

/** Resolves when the server at the address serves its namespace; throws the signal's reason when that comes first. */
export async function waitUntilReady(address: string, namespace: string, signal: AbortSignal): Promise<void> {
  const connection = Connection.lazy({
    address,
    // The loop below is the retry; the default one would wait longer each time.
    interceptors: [],
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': POLL_INTERVAL,
      'grpc.max_reconnect_backoff_ms': POLL_INTERVAL,
    },
  });
  try {
    while (!(await isServing(connection, namespace))) {
      signal.throwIfAborted();
      await sleep(POLL_INTERVAL);
    }
    // On the port of a process that has just ended somebody else may have answered.
    signal.throwIfAborted();
  } finally {
    await connection.close();
  }
}

function isServing(connection: Connection, namespace: string): Promise<boolean> {
  const describe = (): Promise<unknown> => connection.workflowService.describeNamespace({ namespace });
  return connection.withDeadline(Date.now() + 1_000, describe).then(
    () => true,
    () => false,
  );
}
