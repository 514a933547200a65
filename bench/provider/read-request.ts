import { fromPrompt, type Script } from './script';

/** What the provider must know of a request. */
export interface ModelRequest {
  readonly script: Script;
  /** Tool results since the last prompt: how many responses came before. */
  readonly position: number;
}

const USER = '"role":"user"';
const TOOL = '"role":"tool"';
const CONTENT = '"content":"';

/**
 * Finds the last prompt and what came after it without parsing the body, whose megabytes would otherwise take the CPU
 * that is being measured. Within texts JSON escapes quotes, so nothing in them can look like a role.
 */
export function readRequest(body: Buffer): ModelRequest {
  const prompt = body.lastIndexOf(USER);
  const start = body.indexOf(CONTENT, prompt) + CONTENT.length;
  const text = body.toString('utf8', start, body.indexOf('"', start));
  return { script: fromPrompt(text), position: count(body, TOOL, start) };
}

function count(body: Buffer, wanted: string, from: number): number {
  let found = 0;
  let at = body.indexOf(wanted, from);
  while (at !== -1) {
    found += 1;
    at = body.indexOf(wanted, at + wanted.length);
  }
  return found;
}
