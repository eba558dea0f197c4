import type { LedgerRow } from '../../../ledger/columns.ts';
import { isoTime } from '../../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../../protocol/json/json-values.ts';
import { addHashes, bucketOf, rowHash } from '../../../protocol/row-digest.ts';
import type { Difference, Side } from './messages.ts';
import { type Ask, Unanswered } from './service-questions.ts';

/** Compares the rows of windows whose sums differ. Only these rows leave the browser. */

/** Rows and bytes of one claim: within what the API takes. */
const MAX_CLAIMED_ROWS = 8_000;
const MAX_CLAIMED_CHARACTERS = 1_000_000;
const SPLIT = new Set(['too_many_differences', 'window_too_large', 'body_too_large', 'too_long']);

export interface WindowRows {
  readonly startMs: number;
  readonly rows: readonly LedgerRow[];
}

export interface Comparing {
  readonly ask: Ask;
  /** Called with the number of rows of each request. */
  readonly onSent: (rows: number) => void;
}

/** @returns undefined if the window is too large to be compared row by row */
export async function compareWindow(
  { ask, onSent }: Comparing,
  { startMs, rows }: WindowRows,
): Promise<readonly Difference[] | undefined> {
  const whole = await claim({ startMs, rows, ask, onSent });
  if (whole !== undefined) return whole;
  const buckets = await bucketsThatDiffer(ask, { startMs, rows });
  if (buckets === undefined) return undefined;
  const found: Difference[] = [];
  for (const [bucket, own] of buckets) {
    const differences = await claim({ startMs, rows: own, bucket, ask, onSent });
    if (differences === undefined) return undefined;
    found.push(...differences);
  }
  return found;
}

interface Claim extends WindowRows, Comparing {
  readonly bucket?: number;
}

/** Undefined if the rows are too many, or too many of them differ. */
async function claim({
  startMs,
  rows,
  bucket,
  ask,
  onSent,
}: Claim): Promise<readonly Difference[] | undefined> {
  if (rows.length > MAX_CLAIMED_ROWS) return undefined;
  const body = {
    window: isoTime(startMs),
    ...(bucket !== undefined && { bucket }),
    rows: rows.map(({ transactionId, version, status, amount, currency }) => ({
      transactionId,
      version,
      status,
      amount,
      currency,
    })),
  };
  if (JSON.stringify(body).length > MAX_CLAIMED_CHARACTERS) return undefined;
  onSent(rows.length);
  try {
    const { differences } = await ask('/claims', body);
    const list = Array.isArray(differences) ? differences.filter(isObject) : [];
    return list.map((one) => differenceOf(one, isoTime(startMs)));
  } catch (error) {
    if (error instanceof Unanswered && SPLIT.has(error.code)) return undefined;
    throw error;
  }
}

/** The rows of the buckets whose sums differ. Undefined if the service cannot show the window by bucket. */
async function bucketsThatDiffer(
  ask: Ask,
  { startMs, rows }: WindowRows,
): Promise<ReadonlyMap<number, readonly LedgerRow[]> | undefined> {
  const own = new Map<number, LedgerRow[]>();
  for (const row of rows) {
    const bucket = bucketOf(row.transactionId);
    own.set(bucket, [...(own.get(bucket) ?? []), row]);
  }
  let answer: JsonObject;
  try {
    answer = await ask(`/windows/${isoTime(startMs)}`);
  } catch (error) {
    if (error instanceof Unanswered && SPLIT.has(error.code)) return undefined;
    throw error;
  }
  const theirs = new Map<number, string>();
  for (const one of Array.isArray(answer.buckets) ? answer.buckets.filter(isObject) : []) {
    theirs.set(Number(one.bucket), `${String(one.count)} ${BigInt(`0x${String(one.hash)}`)}`);
  }
  const differing = new Map<number, readonly LedgerRow[]>();
  for (const bucket of new Set([...own.keys(), ...theirs.keys()])) {
    const ours = own.get(bucket) ?? [];
    const hash = ours.reduce((sum, row) => addHashes(sum, rowHash(row)), 0n);
    if (`${ours.length} ${hash}` !== (theirs.get(bucket) ?? '0 0')) differing.set(bucket, ours);
  }
  return differing;
}

function differenceOf(one: JsonObject, window: string): Difference {
  const [here, there] = [sideOf(one.here), sideOf(one.there)];
  return {
    class: String(one.class),
    transactionId: String(one.transactionId),
    window,
    ...(here !== undefined && { here }),
    ...(there !== undefined && { there }),
  };
}

function sideOf(side: unknown): Side | undefined {
  if (!isObject(side)) return undefined;
  const { version, status, amount, currency } = side;
  return {
    version: Number(version),
    status: String(status),
    amount: Number(amount),
    currency: String(currency),
  };
}
