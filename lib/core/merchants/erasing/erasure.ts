import * as z from 'zod';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import { storedMerchantId, storedTime, storedWord } from '../../reading/stored.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../../time.ts';
import type { Tombstone } from './tombstone.ts';

/**
 * How far the deletion of an erased merchant's rows and files has come. It is pure: `run-erasures.ts` reads, deletes and
 * saves.
 */

/** Where rows of a merchant are found, in the order in which they are deleted. `files` are not in the table. */
export const PLACES = [
  /** Transactions, by the feed index. */
  'listed',
  /** Transactions, by the index of undelivered notifications: their outcomes may have expired already. */
  'undelivered',
  /** Transactions without an end that operators see. */
  'unresolved',
  /** Transactions whose notification or check is still due. */
  'due',
  'windows',
  'counts',
  'alerts',
  'jobs',
  'statements',
  'files',
  'parked',
] as const;
export type Place = (typeof PLACES)[number];

/** The stored form. A merchant whose deletion has not begun has none. */
export const erasureSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    erasedAt: storedTime(),
    /** How many partitions of the feed index hold the merchant's outcomes. */
    feedShards: z.int().min(1),
    state: storedWord<'deleting' | 'erased'>(),
    /** From then on, relay deletes what comes late. */
    beganAt: storedTime(),
    place: storedWord<Place>(),
    /** The position within the place. Absent: at its beginning. */
    cursor: z.string().exactOptional(),
    /** The places are walked several times, until nothing is found. */
    pass: z.int().positive(),
    /** The pass begins then. */
    passFrom: storedTime().exactOptional(),
    foundInPass: z.int().nonnegative(),
    /** Deleted so far. A step whose process died is not counted. */
    rows: z.int().nonnegative(),
    files: z.int().nonnegative(),
    endedAt: storedTime().exactOptional(),
    rev: z.int().positive(),
  }),
);
export type Erasure = Readonly<Parsed<typeof erasureSchema>>;

/**
 * The longest time for which a function runs. All that began before the tombstone has written its last row by then: a
 * statement, an attempt with cached settings, an outcome recorded with a cached profile.
 */
const LONGEST_RUN_MS = 15 * MINUTE_MS;
/**
 * The pause between passes. A message that comes until its row is deleted still closes it, and that write is counted: from the
 * stream, where writes are collected for a minute.
 */
const COUNTED_MS = 5 * MINUTE_MS;
/** The last pass finds nothing, or only what the indexes showed late. What comes after the beginning is relay's to delete. */
const MAX_PASSES = 3;

interface Lags {
  readonly feedLagSeconds: number;
}

/** The partition must be audited through this time before anything is deleted. */
export function auditedBefore({ erasedAt }: Tombstone, { feedLagSeconds }: Lags): string {
  return isoTime(msOf(erasedAt) + feedLagSeconds * SECOND_MS);
}

/** The earliest time of the beginning. The audit can only make it later. */
export function quietFromMs({ erasedAt }: Tombstone): number {
  return msOf(erasedAt) + LONGEST_RUN_MS;
}

export function begunErasure({ merchantId, erasedAt, erasedFeedShards }: Tombstone, nowMs: number): Erasure {
  return {
    merchantId,
    erasedAt,
    feedShards: erasedFeedShards,
    state: 'deleting',
    beganAt: isoTime(nowMs),
    place: PLACES[0],
    pass: 1,
    foundInPass: 0,
    rows: 0,
    files: 0,
    rev: 1,
  };
}

/**
 * Whether the next step may be taken. A row that relay saw before the beginning, and left alone, is in the indexes a feed lag
 * later. So each row is either seen there or deleted by relay.
 */
export function mayGoOn(
  { beganAt, passFrom = beganAt }: Erasure,
  { feedLagSeconds }: Lags,
  nowMs: number,
): boolean {
  const completeMs = msOf(beganAt) + feedLagSeconds * SECOND_MS;
  return nowMs >= Math.max(completeMs, msOf(passFrom));
}

/** What one step deleted. */
export interface Removed {
  readonly count: number;
  /** Where the next step of the same place begins. Absent: the place is done. */
  readonly cursor?: string;
}

/** The erasure after a step. */
export function afterStep(erasure: Erasure, { count, cursor }: Removed, nowMs: number): Erasure {
  const { cursor: _before, ...rest } = erasure;
  const kind = erasure.place === 'files' ? 'files' : 'rows';
  const counted = {
    ...rest,
    [kind]: erasure[kind] + count,
    foundInPass: erasure.foundInPass + count,
    rev: erasure.rev + 1,
  };
  if (cursor !== undefined) return { ...counted, cursor };
  const next = PLACES[PLACES.indexOf(erasure.place) + 1];
  if (next !== undefined) return { ...counted, place: next };
  if (counted.foundInPass > 0 && erasure.pass < MAX_PASSES) {
    const passFrom = isoTime(nowMs + COUNTED_MS);
    return { ...counted, place: PLACES[0], pass: erasure.pass + 1, passFrom, foundInPass: 0 };
  }
  return { ...counted, state: 'erased', endedAt: isoTime(nowMs) };
}
