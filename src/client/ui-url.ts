import type { Client } from '@temporalio/client';

/** The UI of a local development server is on the port this far above the server's own. */
const UI_PORT_DISTANCE = 1000;

/** The Temporal UI that belongs to a client's server, where that can be known. */
export function findUiUrl(client: Client): string | undefined {
  const configured = process.env['TEMPORAL_UI_URL'];
  if (configured !== undefined && configured !== '') return configured;
  const address = addressOf(client);
  const local = /^(localhost|127\.0\.0\.1):(\d+)$/.exec(address ?? '');
  if (local !== null) return `http://${local[1]}:${Number(local[2]) + UI_PORT_DISTANCE}`;
  return address?.includes('.tmprl.cloud') || address?.includes('.temporal.io')
    ? 'https://cloud.temporal.io'
    : undefined;
}

export function toRunUrl(uiUrl: string, namespace: string, runId: string): string {
  const base = uiUrl.replace(/\/+$/, '');
  return `${base}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(runId)}`;
}

/** The `host:port` that a client is connected to. */
export function addressOf({ connection }: Client): string | undefined {
  if (!('options' in connection)) return undefined;
  const options: unknown = connection.options;
  const known = typeof options === 'object' && options !== null && 'address' in options;
  return known && typeof options.address === 'string' ? options.address : undefined;
}
