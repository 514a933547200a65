import { readFileSync } from 'node:fs';

/** Of Linux, for all that it tells user programs. */
const MILLISECONDS_PER_TICK = 10;

/** What comes before user and system time in a line of `/proc/…/stat`, counted behind the name. */
const FIELDS_BEFORE_USER_TIME = 11;

/** CPU that another process has used, in milliseconds; `undefined` where there is no `/proc`. */
export function cpuOfProcess(pid: number | undefined): number | undefined {
  const stat = pid === undefined ? undefined : read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = fields.slice(FIELDS_BEFORE_USER_TIME).map(Number);
  return ((user ?? 0) + (system ?? 0)) * MILLISECONDS_PER_TICK;
}

/** The process of the Temporal server that this one started; the dev server does not tell. */
export function serverPid(): number | undefined {
  const children = read(`/proc/${process.pid}/task/${process.pid}/children`) ?? '';
  const found = children
    .split(' ')
    .find((pid) => read(`/proc/${pid}/cmdline`)?.includes('start-dev') === true);
  return found === undefined ? undefined : Number(found);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // no Linux, or the process is gone
  }
}
