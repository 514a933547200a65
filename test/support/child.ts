// Runs a program of `test/processes`: for what blocks a thread, gets a signal, or has to exit by itself.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the process has written this to either stream, and rejects when it ends without. */
  printed(text: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Writes a line to its standard input, for those that have one. */
  type(line: string): void;
  endInput(): void;
  readonly ended: Promise<End>;
}

const running = new Set<ChildProcess>();

/** Starts a program; what it is given, it finds as JSON in its first argument. */
export function startProgram(name: string, input: unknown, environment: NodeJS.ProcessEnv = {}): Child {
  const program = path.join(__dirname, '..', 'processes', `${name}.ts`);
  return startTypeScript([program, JSON.stringify(input)], environment);
}

/** Whether a program has a standard input. */
interface Input {
  readonly stdin?: 'ignore' | 'pipe';
}

/** Starts a program of `examples` as its readers would. */
export function startExample(
  command: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input: Input = {},
): Child {
  const [name = '', ...programArguments] = command;
  const program = path.join(__dirname, '..', '..', 'examples', name);
  return startTypeScript([program, ...programArguments], environment, input);
}

function startTypeScript(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  { stdin = 'ignore' }: Input = {},
): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', ...command], {
    env: { ...process.env, ...environment },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code, signal]): End => {
    running.delete(child);
    return { code: code as End['code'], signal: signal as End['signal'] }; // the event's own types
  });
  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    printed: (text) => printed(child, text, () => output.stdout + output.stderr),
    signal: (signal) => void child.kill(signal),
    type: (line) => void child.stdin?.write(`${line}\n`),
    endInput: () => void child.stdin?.end(),
    ended,
  };
}

/** Ends the processes that a failed test has left behind. */
export function killChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}

function printed(child: ChildProcess, text: string, all: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (all().includes(text)) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('close', () => reject(new Error(`the process ended without printing '${text}':\n${all()}`)));
    look();
  });
}
