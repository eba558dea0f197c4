import type { Delays } from '../measure/percentiles.ts';

/** Names of the bench's own processes. All others are the service's. */
export const GENERATOR = 'load generator';
export const SINK = 'sink';

/** What `bench:load` writes as JSON. */
export interface LoadResult {
  /** ISO time. */
  readonly at: string;
  readonly machine: Machine;
  readonly scenes: readonly SceneResult[];
  readonly memory: readonly MemoryResult[];
}

export interface Machine {
  readonly platform: string;
  readonly processors: number;
  readonly processor: string;
  readonly memoryMb: number;
  readonly node: string;
}

/** Figures of one scene. Times are in milliseconds, rates per second. */
export interface SceneResult {
  readonly name: string;
  readonly target: string;
  readonly count: number;
  readonly callers: number;
  readonly batch: number;
  readonly acceptedPerSecond: number;
  readonly deliveredPerSecond: number;
  /** From the start of a request to its answer. */
  readonly accepted: Delays;
  /** From the start of a request to the first attempt at the receiver. */
  readonly delivered: Delays;
  /** Accepted orders that never reached the receiver. */
  readonly missing: number;
  /** Requests at the receiver beyond the first for each order. */
  readonly repeated: number;
  /** Accepted orders that had not yet arrived when the last one was accepted. */
  readonly backlog: number;
  /** Empty where it cannot be read. */
  readonly cpu: readonly ProcessCost[];
  /** Why the figures are not comparable; empty if they are. */
  readonly warnings: readonly string[];
  /** What a reader should know about figures that are comparable. */
  readonly notes: readonly string[];
}

/** CPU seconds per 1,000 orders. */
export interface ProcessCost {
  readonly process: string;
  readonly per1000: number;
  /** Its threads, grouped by name. */
  readonly parts: readonly PartCost[];
}

export interface PartCost {
  readonly part: string;
  readonly per1000: number;
}

/** Resident memory of one process while the scenes of one way ran, in MB. */
export interface MemoryResult {
  readonly way: string;
  readonly process: string;
  readonly before: number;
  readonly peak: number;
  /** When the load has been over for a while. `undefined` if the bench did not wait for it. */
  readonly after?: number;
  /** Samples over time, for the plot. */
  readonly samples: readonly MemorySample[];
}

export interface MemorySample {
  readonly atSeconds: number;
  readonly megabytes: number;
}
