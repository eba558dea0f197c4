import { listDeliveries } from '../../../api/deliveries/deliveries-contract.ts';
import { HOUR_MS, isoTime, msOf } from '../../../core/time.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { Asking, FoundRows, Row } from './found-deliveries.ts';

/** The newest deliveries. The service lists oldest first, so this looks for a time since which one answer holds them all. */

/** As many outcomes as one answer may have. */
const LATEST_SIZE = '100';
/** A longer time is looked at if the shorter one has few outcomes. */
const LATEST_MS = [HOUR_MS / 12, HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS] as const;
const FEW = 20;
/** Further questions if one of these times has few outcomes and the next one too many. */
const MAX_GUESSES = 12;
/** After a burst the service can be slow. Then the page shows what was found by now, or the oldest, before it times out itself. */
const PATIENCE_MS = 4_000;

/** The outcomes from a time on, as far as one answer holds them. */
interface Since {
  readonly fromMs: number;
  /** Oldest first. */
  readonly rows: readonly Row[];
  readonly unreadable: readonly string[];
  readonly hasMore: boolean;
}

/**
 * The latest outcomes, newest first. Undefined if no time was found that one answer holds, or nothing happened lately.
 *
 * @param late aborted when no further question may be asked. Default: after four seconds
 */
export async function latestRows(
  asking: Asking,
  now: string,
  late: AbortSignal = AbortSignal.timeout(PATIENCE_MS),
): Promise<FoundRows | undefined> {
  const nowMs = msOf(now);
  let few: Since | undefined;
  let many: Since | undefined;
  for (const ms of LATEST_MS) {
    const since = await readSince(asking, nowMs - ms);
    if (since === undefined) break;
    if (since.hasMore) many = since;
    else few = since;
    if (since.hasMore || since.rows.length >= FEW || late.aborted) break;
  }
  const found = many === undefined || isEnough(few) ? few : await between(asking, { many, few, nowMs, late });
  if (found === undefined || found.rows.length === 0) return undefined;
  const { rows, unreadable, fromMs } = found;
  return { rows: rows.toReversed(), unreadable, latestMs: nowMs - fromMs };
}

const isEnough = (since: Since | undefined) => (since?.rows.length ?? 0) >= FEW;

interface Bounds {
  readonly many: Since;
  readonly few: Since | undefined;
  readonly nowMs: number;
  readonly late: AbortSignal;
}

/**
 * Looks between a time with too many outcomes and one with few. At first for as long before the end as one answer took: right
 * at a steady rate. Then forward in growing steps: outcomes often come in a burst that ended long ago.
 */
async function between(asking: Asking, bounds: Bounds): Promise<Since | undefined> {
  let { many, few } = bounds;
  let endMs = few?.fromMs ?? bounds.nowMs;
  let stepMs = spanOf(many);
  let guessMs = endMs - stepMs;
  for (let guess = 0; guess < MAX_GUESSES && endMs - many.fromMs > 1 && !bounds.late.aborted; guess += 1) {
    const middleMs = Math.floor((many.fromMs + endMs) / 2);
    const since = await readSince(asking, guessMs > many.fromMs ? guessMs : middleMs);
    if (since === undefined) break;
    if (since.hasMore) {
      many = since;
      stepMs = Math.max(spanOf(many), 2 * stepMs);
    } else {
      few = since;
      endMs = since.fromMs;
      if (isEnough(few)) break;
    }
    guessMs = Math.min(lastOf(many) + stepMs, Math.floor((many.fromMs + endMs) / 2));
  }
  return few;
}

const lastOf = ({ rows, fromMs }: Since) => msOf(rows.at(-1)?.listedAt ?? isoTime(fromMs));

/** The time that the outcomes of an answer took. */
const spanOf = (since: Since) =>
  Math.max(1, lastOf(since) - msOf(since.rows[0]?.listedAt ?? isoTime(since.fromMs)));

/** Undefined if the retention is shorter. */
async function readSince(
  { api, params: { merchantId } }: Asking,
  fromMs: number,
): Promise<Since | undefined> {
  try {
    const query = { from: isoTime(fromMs), limit: LATEST_SIZE };
    const { items, hasMore, unreadable = [] } = await api.ask(listDeliveries, { merchantId, query });
    return {
      fromMs,
      rows: items,
      hasMore,
      unreadable: unreadable.map(({ transactionId }) => transactionId),
    };
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'beyond_retention') return undefined;
    throw error;
  }
}
