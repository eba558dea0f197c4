import { DAY_SECONDS, MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import type { Dice } from '../storm/dice.ts';
import type { FunctionName } from '../world/simulated-functions.ts';

/** The times of a run, and the events that only some runs have. */

export const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
export const STORM_MS = 12 * MINUTE_MS;
export const STORM_END_MS = START_MS + STORM_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = DAY_SECONDS * SECOND_MS;

/** Time after the storm in which every safety net covers everything that the storm left. */
const NETS_MS = 50 * MINUTE_MS;
/** Time for the notifications that they found to reach a final state. */
const END_MS = 4 * HOUR_MS;
/** Time for the alerts about them: a summary comes an hour later, and an endpoint that is dead gets it until the horizon. */
const ALERTS_MS = 5 * HOUR_MS;
/** From then on the scheduled functions run less often. Otherwise a simulated week would take too long. */
export const QUIET_FROM_MS = START_MS + 3 * HOUR_MS;
const QUIET_PACE_MS = 30 * MINUTE_MS;

/** Milliseconds between two runs of a scheduled function. */
export function paceMs(nowMs: number): number {
  return nowMs < QUIET_FROM_MS ? MINUTE_MS : QUIET_PACE_MS;
}

/**
 * Safety nets turned off, so that they do not mend a deliberate fault before it is seen. Messages are then not
 * lost on their way either: without faults, everything must come to its end all the same.
 */
export interface Without {
  readonly sweep?: boolean;
  readonly audit?: boolean;
}

/**
 * What a run tests beside the storm that every run has. Each story tests a promise that a storm of 15 minutes does
 * not.
 */
export interface Story {
  readonly windowSeconds: number;
  /** Each container that records, changes endpoints or relays has its own clock, within the tolerance. */
  readonly clocksDiffer: boolean;
  /** Services prepare transactions, and may die before they record the end. */
  readonly hasBanks: boolean;
  /** Merchants use the receiver kit. */
  readonly hasShops: boolean;
  /** Endpoints limit how many requests a second they take, and bursts exceed it. Needs the sweep. */
  readonly hasRates: boolean;
  /** A merchant is erased. Needs both nets: its rows are deleted when the audit has passed. */
  readonly hasLeaver: boolean;
  /** An initiator writes rows of a newer version. Some are broken for a while. */
  readonly hasNewerKit: boolean;
  /** Runs of close overtake each other and fail throughout the storm. */
  readonly isCloseOvertaken: boolean;
  /** The function with the most faults. */
  readonly focus?: FunctionName;
  /** Until then, messages of other merchants fill the retry lane. More messages are lost, so that the sweep has work. */
  readonly crowdedUntilMs?: number;
  /** A time after the storm in which outcomes are recorded while the stream or a lane stands still. */
  readonly backlog?: {
    readonly of: 'stream' | 'first lane';
    readonly fromMs: number;
    readonly untilMs: number;
  };
  /** An endpoint with traffic stays dead until it must have been disabled. */
  readonly deadUntilMs?: number;
  /** The run ends between `notBeforeMs` and `giveUpMs`. */
  readonly notBeforeMs: number;
  readonly giveUpMs: number;
}

/** Outcomes recorded within a second where endpoints have a rate, by the prefix of their names. */
export const BURSTS = {
  storm_burst: { atMs: START_MS + 5 * MINUTE_MS, count: 20 },
  calm_burst: { atMs: STORM_END_MS + 6 * MINUTE_MS, count: 120 },
} as const;

const FUNCTIONS: readonly FunctionName[] = ['record', 'relay', 'deliver', 'sweep', 'close', 'audit', 'admin'];
const LONG_DEAD_SHARE = 1 / 12;
const CROWDED_SHARE = 1 / 6;
const BACKLOG_SHARE = 1 / 6;
const FOCUS_SHARE = 1 / 2;

/** One seed of this many has banks, shops or this fault. The checks of other seeds do not depend on it. */
const BANKS_EVERY = 3;
const SHOPS_EVERY = 4;
export const OVERTAKEN_EVERY = 7;
export const NEWER_KIT_EVERY = 5;
export const RATES_EVERY = 11;
export const LEAVER_EVERY = 13;

export function drawStory(dice: Dice, seed: number, without: Without): Story {
  const isLong = dice.chance(LONG_DEAD_SHARE);
  const isCrowded = dice.chance(CROWDED_SHARE);
  const backlog = dice.chance(BACKLOG_SHARE) ? drawBacklog(dice) : undefined;
  const deadUntilMs = START_MS + 5.5 * DAY_MS;
  const lastMs = isLong ? deadUntilMs : (backlog?.untilMs ?? STORM_END_MS);
  const isCloseOvertaken = seed % OVERTAKEN_EVERY === 0;
  const windowSeconds = isLong || dice.chance(0.5) ? 300 : 60;
  return {
    hasBanks: seed % BANKS_EVERY === 0,
    hasShops: seed % SHOPS_EVERY === 0,
    hasNewerKit: seed % NEWER_KIT_EVERY === 0,
    // The sweep sends what found no slot.
    hasRates: seed % RATES_EVERY === 0 && without.sweep !== true,
    hasLeaver: seed % LEAVER_EVERY === 0 && without.sweep !== true && without.audit !== true,
    isCloseOvertaken,
    clocksDiffer: seed % 2 === 0,
    windowSeconds: isCloseOvertaken && !isLong ? 60 : windowSeconds,
    ...(dice.chance(FOCUS_SHARE) && { focus: dice.pick(FUNCTIONS) }),
    ...(isCrowded && { crowdedUntilMs: STORM_END_MS + dice.between(10, 30) * MINUTE_MS }),
    ...(backlog !== undefined && { backlog }),
    ...(isLong && { deadUntilMs }),
    notBeforeMs: lastMs + NETS_MS,
    giveUpMs: lastMs + (isLong ? 5 * DAY_MS : END_MS) + ALERTS_MS,
  };
}

/** Longer than the audit's 15 minutes, and shorter than the hour for which the audit waits. */
function drawBacklog(dice: Dice): NonNullable<Story['backlog']> {
  const fromMs = STORM_END_MS + dice.between(5, 15) * MINUTE_MS;
  const untilMs = fromMs + dice.between(25, 45) * MINUTE_MS;
  return { of: dice.pick(['stream', 'first lane']), fromMs, untilMs };
}
