/** Reads the text of Linux's `/proc` files. See proc(5). */

/** Clock ticks per second in `/proc`. Linux shows 100 to programs on every platform. */
const TICKS = 100;

/** Columns of `/proc/<pid>/stat` after the name, which may itself contain blanks and brackets. */
const PARENT = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const CHILDREN_TICKS = [13, 14];

export interface ProcessStat {
  readonly parent: number;
  /** User and system time of all its threads, ended ones included. */
  readonly cpuSeconds: number;
  /** The same of its children that have ended. */
  readonly endedChildrenSeconds: number;
  readonly command: string;
}

/** `/proc/<pid>/stat`, or a thread's. */
export function parseStat(text: string): ProcessStat {
  const end = text.lastIndexOf(')');
  const columns = text.slice(end + 2).split(' ');
  const seconds = (...ticks: readonly number[]) =>
    ticks.reduce((sum, column) => sum + Number(columns[column]), 0) / TICKS;
  return {
    parent: Number(columns[PARENT]),
    cpuSeconds: seconds(USER_TICKS, SYSTEM_TICKS),
    endedChildrenSeconds: seconds(...CHILDREN_TICKS),
    command: text.slice(text.indexOf('(') + 1, end),
  };
}

/** The time on a processor in `schedstat`, which is more precise than `stat`. */
export function parseSchedstat(text: string): number {
  return Number(text.split(' ')[0]) / 1e9;
}

/** The memory of a process in MB, from `/proc/<pid>/status`. Absent for a zombie. */
export function parseResidentMb(text: string): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** CPU seconds of the whole machine since it started. */
export interface MachineCpu {
  /** What programs used, in user and in kernel mode. Interrupts belong to no program and are left out. */
  readonly programs: number;
  /** What the host of a virtual machine gave to others. */
  readonly steal: number;
}

/** The first line of `/proc/stat`. */
export function parseMachineCpu(text: string): MachineCpu {
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = (text.split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) / TICKS);
  return { programs: user + nice + system, steal };
}
