import type { CpuReading } from '../measure/processes.ts';
import type { PartCost, ProcessCost } from './result.ts';

/** Names of threads as Node and the system give them. Others are instances of functions. */
const KNOWN_THREADS: Readonly<Record<string, string>> = {
  MainThread: 'main thread',
  node: 'main thread',
  V8Worker: 'V8 helpers (GC, compiling)',
  DelayedTaskSche: 'V8 helpers (GC, compiling)',
  'v8:ProfEvntProc': 'profiler',
  'libuv-worker': 'file and crypto pool',
};

/** CPU seconds per 1,000 orders between two readings. */
export function costsBetween(from: CpuReading, to: CpuReading, orders: number): readonly ProcessCost[] {
  const per1000 = (seconds: number) => (seconds * 1000) / orders;
  return [...to.processes].map(([process, later]) => {
    const earlier = from.processes.get(process);
    const spent = new Map<string, number>();
    let threadSeconds = 0;
    for (const [id, { name, seconds }] of later.threads) {
      const before = earlier?.threads.get(id);
      const used = seconds - (before?.name === name ? before.seconds : 0);
      const part = partOf(name);
      spent.set(part, (spent.get(part) ?? 0) + used);
      threadSeconds += used;
    }
    const total = later.seconds - (earlier?.seconds ?? 0);
    const ended = total - threadSeconds;
    if (ended > ENDED_SHARE * total) spent.set('threads that ended', ended);
    const parts: readonly PartCost[] = [...spent]
      .map(([part, seconds]) => ({ part, per1000: per1000(seconds) }))
      .toSorted((left, right) => right.per1000 - left.per1000);
    return { process, per1000: per1000(total), parts };
  });
}

/** Less than this is the rounding of the system's figures. */
const ENDED_SHARE = 0.02;

/** Characters of a thread's name that Linux keeps. */
const MAX_NAME = 15;

/**
 * A thread of a function bears the beginning of its logical id, such as `TidingsRecordAB`: the stack's name, the
 * function's, and some of the CDK's hash.
 */
export function partOf(name: string): string {
  const thread = name.slice(0, MAX_NAME);
  const known = KNOWN_THREADS[thread];
  if (known !== undefined) return known;
  return /^Tidings([A-Z][A-Za-z]*?)[0-9A-F]*$/.exec(thread)?.[1]?.toLowerCase() ?? thread;
}
