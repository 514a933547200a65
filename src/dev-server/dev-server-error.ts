/**
 * The dev server could not be found, fetched or started. The message says why and what to do; when no `temporal` command was
 * found it lists every way that was tried, one a line.
 */
export class DevServerError extends Error {
  override readonly name = 'DevServerError';
}

/** An error's reason on one line, as it stands behind a colon in another message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `fetch` says only "fetch failed"; the reason is in its cause.
  const told = error.message === 'fetch failed' && error.cause instanceof Error ? error.cause : error;
  return told.message.trim().replaceAll(/\s*\n\s*/g, ' ');
}
