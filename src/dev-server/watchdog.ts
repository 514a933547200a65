import { spawn } from 'node:child_process';

/** Its standard input ends with the parent, however that dies; nothing is ever written to it. */
const SCRIPT = `
read -r line
kill "$1"
for second in 1 2 3 4 5; do kill -0 "$1" || break; sleep 1; done
kill -KILL "$1"
test -n "$2" && rm -rf "$2"
`;

/**
 * Ends a process and removes its temporary folder when this process is gone, be it by SIGKILL.
 * Not on Windows. Returns a function that calls the watchdog off.
 */
export function startWatchdog(pid: number, temporaryFolder = ''): () => void {
  if (process.platform === 'win32') return () => {};
  const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'perdure-watchdog', String(pid), temporaryFolder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A signal to our process group (Ctrl-C) must not end the watchdog before us.
    detached: true,
  });
  // Without /bin/sh there is no watchdog; the server still stops when this process exits by itself.
  watchdog.once('error', () => {});
  return () => watchdog.kill('SIGKILL');
}
