/** Faults that AWS services have from time to time, and the chance of each, from 0 to 1. */
export interface FaultChances {
  readonly seed: number;
  /** SQS deletes a message on most of its servers and hands it out once more (developer guide, "At-least-once delivery"). */
  readonly missedDelete?: number;
  /** DynamoDB throttles a write. */
  readonly throttledWrite?: number;
  /** DynamoDB cancels a transaction because another write touches one of its items. */
  readonly transactionConflict?: number;
}

/** Decides whether a fault happens now. */
export type SeededFaults = (kind: Exclude<keyof FaultChances, 'seed'>) => boolean;

/** The same seed gives the same decisions in the same order of calls. Without chances nothing ever happens. */
export function seededFaults(chances: FaultChances | undefined): SeededFaults {
  if (chances === undefined) return () => false;
  let state = chances.seed >>> 0;
  // Mulberry32 (Tommy Ettinger, public domain).
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return (kind) => {
    const chance = chances[kind] ?? 0;
    return chance > 0 && random() < chance;
  };
}
