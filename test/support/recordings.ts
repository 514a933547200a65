// Exchanges with the real APIs that were recorded elsewhere. They lie beside the repository and are no part of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../../src/common/json';

export const SHARED = path.join(__dirname, '..', '..', '..', 'shared');

export interface Exchange {
  readonly request: { readonly method: string; readonly url: string; readonly body: JsonObject };
  readonly response: {
    readonly status: number;
    readonly contentType: string;
    readonly headers: Readonly<Record<string, string>>;
    /** A text when the answer was streamed. */
    readonly body: JsonObject | string;
  };
}

export interface Recording {
  /** `openai-chat/valid_response` */
  readonly name: string;
  readonly exchanges: readonly Exchange[];
}

export type Api = 'chat' | 'responses';

/** All recordings, in the order of their names. A missing folder is an error: nothing would be tested. */
export function readRecordings(): Recording[] {
  const folder = path.join(SHARED, 'recordings');
  if (!existsSync(folder)) throw new Error(`The recordings are missing: there is no folder '${folder}'`);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  return names.sort().map((name) => ({
    name: name.slice(0, -'.json'.length).replaceAll(path.sep, '/'),
    exchanges: (JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Recording).exchanges, // as recorded
  }));
}

export function apiOf({ request }: Exchange): Api | undefined {
  if (request.url.endsWith('/chat/completions')) return 'chat';
  return request.url.endsWith('/responses') ? 'responses' : undefined;
}

export function isStreamed({ request }: Exchange): boolean {
  return request.body['stream'] === true;
}
