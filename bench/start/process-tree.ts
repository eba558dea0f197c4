import { readdirSync, readFileSync } from 'node:fs';

/** A process as Linux shows it. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const TICKS_PER_SECOND = 100;
/** Fields of /proc/<pid>/stat behind the command, which may hold spaces: the parent, and CPU ticks. */
const PARENT = 1;
const OWN_TICKS = [11, 12];
const ENDED_CHILDREN_TICKS = [13, 14];

/** A process and everything that it started and that still runs. */
export function processTree(root: number): readonly RunningProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => runningProcess(Number(name)));
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** CPU seconds of processes, with those of their children that have ended. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.flatMap((pid) => {
    const fields = statOf(pid)?.fields;
    return [...OWN_TICKS, ...ENDED_CHILDREN_TICKS].map((field) => Number(fields?.[field] ?? 0));
  });
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}

/** Memory in MiB that processes hold (RSS). Pages that they share count for each. */
export function memoryMiB(pids: readonly number[]): number {
  const kib = pids.map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readProc(pid, 'status') ?? '')?.[1] ?? 0));
  return kib.reduce((sum, each) => sum + each, 0) / 1024;
}

function runningProcess(pid: number): readonly RunningProcess[] {
  const stat = statOf(pid);
  return stat === undefined ? [] : [{ pid, parent: Number(stat.fields[PARENT]), command: stat.command }];
}

function statOf(pid: number): { readonly command: string; readonly fields: readonly string[] } | undefined {
  const [, command = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(readProc(pid, 'stat') ?? '') ?? [];
  return rest === '' ? undefined : { command, fields: rest.split(' ') };
}

/** Undefined if the process has ended. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
