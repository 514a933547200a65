/** Ends after so many milliseconds, without a duration never; once the signal has fired, never either. */
export function pause(duration: undefined, signal: AbortSignal): Promise<never>;
export function pause(duration: number, signal: AbortSignal): Promise<void>;
export function pause(duration: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (duration === undefined) return;
    const timer = setTimeout(resolve, Math.max(0, duration));
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
