/** A stored value could not be written or read. It heals when the storage comes back. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Why something failed, in words. */
export function reasonOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : '';
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** Whether an error is of one of these kinds, by the name or the code that it carries. */
export function isOneOf(error: unknown, kinds: readonly string[]): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const known = ['name' in error ? error.name : undefined, 'code' in error ? error.code : undefined];
  return known.some((kind) => typeof kind === 'string' && kinds.includes(kind));
}
