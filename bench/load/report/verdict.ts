import { percentileOf } from '../measure/percentiles.ts';
import type { Recorded } from '../target/generator.ts';

/** What is known about a scene besides its figures. */
export interface Circumstances {
  readonly recorded: Pick<Recorded, 'lateMs'>;
  readonly count: number;
  /** Requests per second of a paced scene. */
  readonly perSecond?: number | undefined;
  /** Delays of first attempts, in the order in which their orders were recorded. */
  readonly delaysInOrder: readonly number[];
  readonly backlog: number;
  readonly missing: number;
  readonly processors: number;
  /** `undefined` where it cannot be read. */
  readonly cpu: CpuShares | undefined;
}

/** Processors' worth of CPU during a scene: 1 is one processor that is always busy. */
export interface CpuShares {
  readonly generator: number;
  readonly sink: number;
  /** Programs that are no part of the bench. */
  readonly others: number;
  /** What the host of this virtual machine gave to others. */
  readonly steal: number;
}

export interface Verdict {
  /** Why the figures are noise, and not a property of the service. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** A generator or sink with one thread that uses more of a processor than this is the limit that is measured. */
const BUSY_THREAD = 0.85;
/** Share of all processors that others may use. */
const MAX_FOREIGN_SHARE = 0.1;
/** A paced request may begin this share of the interval too late, at p99. */
const MAX_LATE_SHARE = 0.5;
/** Delays that grow by this factor, and by this many milliseconds, from the first to the last quarter. */
const GROWTH = 2;
const GROWTH_MS = 500;
const BACKLOG_SHARE = 0.5;

/** Says whether the machine could hold the load. */
export function verdictOf(circumstances: Circumstances): Verdict {
  const { count, backlog, missing, perSecond } = circumstances;
  const warnings = [...foreignLoad(circumstances), ...boundByBench(circumstances)];
  const notes: string[] = [];
  if (missing > 0) warnings.push(`${missing} of ${count} accepted orders never reached the receiver`);
  const growth = growthOf(circumstances.delaysInOrder);
  if (perSecond !== undefined && growth !== undefined) {
    warnings.push(
      `the service cannot hold ${perSecond} a second here: delays grew from ${ms(growth.first)} to ${ms(growth.last)}`,
    );
  } else if (perSecond === undefined && backlog > count * BACKLOG_SHARE) {
    notes.push(
      `accepted faster than delivered: ${backlog} of ${count} waited when the last was accepted, so delays grow with the count`,
    );
  }
  return { warnings, notes };
}

function foreignLoad({ cpu, processors }: Circumstances): readonly string[] {
  if (cpu === undefined) return [];
  const found: string[] = [];
  if (cpu.others > MAX_FOREIGN_SHARE * processors) {
    found.push(
      `other processes used ${percent(cpu.others / processors)} of the CPU: figures are not comparable`,
    );
  }
  if (cpu.steal > MAX_FOREIGN_SHARE * processors) {
    found.push(
      `the host took away ${percent(cpu.steal / processors)} of the CPU: figures are not comparable`,
    );
  }
  return found;
}

function boundByBench({ cpu, recorded, perSecond }: Circumstances): readonly string[] {
  const found: string[] = [];
  if (cpu !== undefined && cpu.generator > BUSY_THREAD) {
    found.push(`the load generator used ${percent(cpu.generator)} of a processor: it is the limit`);
  }
  if (cpu !== undefined && cpu.sink > BUSY_THREAD) {
    found.push(`the receiver used ${percent(cpu.sink)} of a processor: it is the limit`);
  }
  if (perSecond === undefined) return found;
  const late = percentileOf(recorded.lateMs, 0.99);
  if (late > (MAX_LATE_SHARE * 1000) / perSecond) {
    found.push(`the load generator was ${ms(late)} behind its own pace (p99)`);
  }
  return found;
}

/** The medians of the first and the last quarter, if delays grow without end. */
function growthOf(delays: readonly number[]): { readonly first: number; readonly last: number } | undefined {
  const quarter = Math.floor(delays.length / 4);
  if (quarter === 0) return undefined;
  const first = percentileOf(delays.slice(0, quarter), 0.5);
  const last = percentileOf(delays.slice(-quarter), 0.5);
  return last > first * GROWTH && last > first + GROWTH_MS ? { first, last } : undefined;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const ms = (value: number) => `${Math.round(value)} ms`;
