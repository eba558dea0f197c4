import { allProcesses } from '../load/measure/processes.ts';

/** A process that runs. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** A process and everything that it started and that still runs. */
export function processTree(root: number): readonly RunningProcess[] {
  const all = [...allProcesses()].map(([pid, { parent, command }]) => ({ pid, parent, command }));
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** CPU seconds of processes, with those of their children that have ended. */
export function cpuSeconds(pids: readonly number[]): number {
  const all = allProcesses();
  return pids.reduce((sum, pid) => {
    const { cpuSeconds = 0, endedChildrenSeconds = 0 } = all.get(pid) ?? {};
    return sum + cpuSeconds + endedChildrenSeconds;
  }, 0);
}
