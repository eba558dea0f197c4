import { DAY_SECONDS, MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import type { Dice } from '../storm/dice.ts';
import type { FunctionName } from '../world/simulated-functions.ts';

/** When things happen in a run, and what happens in some runs only. */

export const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
export const STORM_MS = 12 * MINUTE_MS;
export const STORM_END_MS = START_MS + STORM_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = DAY_SECONDS * SECOND_MS;

/** After the storm, for every net to have passed over everything that the storm left. */
const NETS_MS = 50 * MINUTE_MS;
/** And for what they found to come to its end. */
const END_MS = 4 * HOUR_MS;
/** From then on the functions of every minute run only now and then: a week would take too long otherwise. */
export const QUIET_FROM_MS = START_MS + 3 * HOUR_MS;
const QUIET_PACE_MS = 30 * MINUTE_MS;

/** Between two runs of the functions of every minute. */
export function paceMs(nowMs: number): number {
  return nowMs < QUIET_FROM_MS ? MINUTE_MS : QUIET_PACE_MS;
}

/**
 * What a run is about, beside the storm that every run has. Each shows a promise that a storm of a quarter of an
 * hour does not.
 */
export interface Story {
  readonly windowSeconds: number;
  /** Containers that record, change endpoints or relay have a clock of their own each, within what is tolerated. */
  readonly clocksDiffer: boolean;
  /** Services that prepare, and may die before they say the end. */
  readonly hasBanks: boolean;
  /** Merchants that are built with the receiver kit. */
  readonly hasShops: boolean;
  /** An initiator writes rows of a newer version, some of which are broken for a while. */
  readonly hasNewerKit: boolean;
  /** Runs of close overtake each other, and fail, all through the storm. */
  readonly isCloseOvertaken: boolean;
  /** The function that the storm hits hardest. */
  readonly focus?: FunctionName;
  /** Until then, others' messages fill the retry lane; and more of ours are lost, so that there is something to sweep. */
  readonly crowdedUntilMs?: number;
  /** A while after the storm in which outcomes are recorded, and what must tell them stands still. */
  readonly backlog?: {
    readonly of: 'stream' | 'first lane';
    readonly fromMs: number;
    readonly untilMs: number;
  };
  /** An endpoint stays dead, with traffic, until it must have been disabled. */
  readonly deadUntilMs?: number;
  /** The run is not over before this, and must be over by the other. */
  readonly notBeforeMs: number;
  readonly giveUpMs: number;
}

const FUNCTIONS: readonly FunctionName[] = ['record', 'relay', 'deliver', 'sweep', 'close', 'audit', 'admin'];
const LONG_DEAD_SHARE = 1 / 12;
const CROWDED_SHARE = 1 / 6;
const BACKLOG_SHARE = 1 / 6;
const FOCUS_SHARE = 1 / 2;

/** Of how many seeds one has banks, one shops, and one this trouble: what the others show does not depend on it. */
const BANKS_EVERY = 3;
const SHOPS_EVERY = 4;
export const OVERTAKEN_EVERY = 7;
export const NEWER_KIT_EVERY = 5;

export function drawStory(dice: Dice, seed: number): Story {
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
    isCloseOvertaken,
    clocksDiffer: seed % 2 === 0,
    windowSeconds: isCloseOvertaken && !isLong ? 60 : windowSeconds,
    ...(dice.chance(FOCUS_SHARE) && { focus: dice.pick(FUNCTIONS) }),
    ...(isCrowded && { crowdedUntilMs: STORM_END_MS + dice.between(10, 30) * MINUTE_MS }),
    ...(backlog !== undefined && { backlog }),
    ...(isLong && { deadUntilMs }),
    notBeforeMs: lastMs + NETS_MS,
    giveUpMs: lastMs + (isLong ? 5 * DAY_MS : END_MS),
  };
}

/** Longer than the audit's quarter of an hour, and shorter than the hour for which it waits. */
function drawBacklog(dice: Dice): NonNullable<Story['backlog']> {
  const fromMs = STORM_END_MS + dice.between(5, 15) * MINUTE_MS;
  const untilMs = fromMs + dice.between(25, 45) * MINUTE_MS;
  return { of: dice.pick(['stream', 'first lane']), fromMs, untilMs };
}
