import type { Client } from '@temporalio/client';
import type { LoadedDataConverter } from '@temporalio/common';

/** What of a Temporal client converts data. */
const PARTS = ['workflow', 'activity', 'schedule', 'taskQueue', 'nexus'] as const;

/**
 * A Temporal client that is the given one but for its data converter: a copy made of its options would run the plugins
 * of its connection once more, and lose what its owner changed of it.
 */
export function withDataConverter(client: Client, dataConverter: LoadedDataConverter): Client {
  const parts = PARTS.map((name) => [name, { value: viewOf(client[name], dataConverter) }]);
  return viewOf(client, dataConverter, Object.fromEntries(parts) as PropertyDescriptorMap); // made of pairs just now
}

function viewOf<Part extends { readonly options: object }>(
  part: Part,
  dataConverter: LoadedDataConverter,
  more: PropertyDescriptorMap = {},
): Part {
  return Object.create(part, {
    dataConverter: { value: dataConverter },
    options: { value: { ...part.options, loadedDataConverter: dataConverter } },
    ...more,
  }) as Part; // inherits all the rest
}
