import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { WatchedProcess } from '../target/load-target.ts';
import {
  type MachineCpu,
  type ProcessStat,
  parseMachineCpu,
  parseResidentMb,
  parseSchedstat,
  parseStat,
} from './proc-text.ts';

/** CPU seconds of processes and their threads until now. */
export interface CpuReading {
  /** By name of the process. */
  readonly processes: ReadonlyMap<string, ProcessCpu>;
  readonly machine: MachineCpu;
}

interface ProcessCpu {
  readonly seconds: number;
  /** CPU seconds of each thread that still runs, by thread id. */
  readonly threads: ReadonlyMap<string, ThreadCpu>;
}

interface ThreadCpu {
  readonly name: string;
  readonly seconds: number;
}

/** Why CPU and memory by process cannot be read here. `undefined` if they can. */
export function unreadableBecause(platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform === 'linux') return undefined;
  return `CPU and memory by process cannot be read on ${platform}: they come from Linux's /proc`;
}

/** @returns `undefined` where the platform has no `/proc` */
export function readCpu(watched: readonly WatchedProcess[]): CpuReading | undefined {
  if (unreadableBecause() !== undefined) return undefined;
  const trees = treesOf(watched);
  const processes = new Map<string, ProcessCpu>();
  for (const [name, pids] of trees) processes.set(name, sumOf(pids.map(cpuOf)));
  return { processes, machine: parseMachineCpu(readFileSync('/proc/stat', 'utf8')) };
}

/** Resident memory by name of the process, in MB. */
export function readMemory(watched: readonly WatchedProcess[]): ReadonlyMap<string, number> {
  if (unreadableBecause() !== undefined) return new Map();
  return new Map([...treesOf(watched)].map(([name, pids]) => [name, memoryMb(pids)]));
}

/** Memory in MB that processes hold. Pages that they share count for each. */
export function memoryMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (parseResidentMb(textOf(`/proc/${pid}/status`)) ?? 0), 0);
}

/** The direct children of a process. None where the platform has no `/proc`. */
export function childrenOf(pid: number): readonly { readonly pid: number }[] {
  return [...allProcesses()].filter(([, { parent }]) => parent === pid).map(([child]) => ({ pid: child }));
}

/** The process ids that count for each name. A watched process is not part of its parent. */
function treesOf(watched: readonly WatchedProcess[]): ReadonlyMap<string, readonly number[]> {
  const owners = new Map(watched.map(({ pid, name }) => [pid, name]));
  const all = allProcesses();
  const ownerOf = (pid: number): string | undefined => {
    const owner = owners.get(pid);
    if (owner !== undefined) return owner;
    const parent = all.get(pid)?.parent;
    return parent === undefined || parent === 0 ? undefined : ownerOf(parent);
  };
  const trees = new Map<string, number[]>(watched.map(({ name }) => [name, []]));
  for (const pid of all.keys()) {
    const owner = ownerOf(pid);
    if (owner !== undefined) trees.get(owner)?.push(pid);
  }
  return trees;
}

/** All processes of the machine by id. None where the platform has no `/proc`. */
export function allProcesses(): ReadonlyMap<number, ProcessStat> {
  if (unreadableBecause() !== undefined) return new Map();
  const found = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = textOf(`/proc/${name}/stat`);
    if (text !== '') found.set(Number(name), parseStat(text));
  }
  return found;
}

function cpuOf(pid: number): ProcessCpu {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === '') return { seconds: 0, threads: new Map() };
  const threads = new Map<string, ThreadCpu>();
  for (const thread of entriesOf(`/proc/${pid}/task`)) {
    const directory = `/proc/${pid}/task/${thread}`;
    const name = textOf(`${directory}/comm`).trim();
    if (name === '') continue;
    const precise = textOf(`${directory}/schedstat`);
    const seconds =
      precise === '' ? parseStat(textOf(`${directory}/stat`)).cpuSeconds : parseSchedstat(precise);
    threads.set(thread, { name, seconds });
  }
  return { seconds: parseStat(stat).cpuSeconds, threads };
}

function sumOf(all: readonly ProcessCpu[]): ProcessCpu {
  return {
    seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
    threads: new Map(all.flatMap(({ threads }) => [...threads])),
  };
}

/** Empty if the process or thread has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Memory of the machine in MB. */
export function machineMemoryMb(): number {
  return Math.round(totalmem() / 1024 / 1024);
}
