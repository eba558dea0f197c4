import type { LedgerRow } from '../../../ledger/columns.ts';
import { isoTime } from '../../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../../protocol/json/json-values.ts';
import type { Span } from '../../../receiver/reconciling/spans.ts';
import type { Difference, Side } from './messages.ts';
import { type Ask, Unanswered } from './service-questions.ts';

/**
 * Compares a ledger without `listedAt`: it reads the feed of a time, and looks for each outcome in the ledger. This needs
 * more requests, keeps the ledger's rows in memory, and cannot say that a row of the ledger is unknown to the service.
 */

/** Outcomes that are read at most. */
const MAX_OUTCOMES = 100_000;
/** Rows of a ledger that are kept at most. */
export const MAX_ROWS_WITHOUT_TIMES = 500_000;
const PAGE = '500';
/** The feed is read in windows of the reconciliation, so a difference shows in the calendar. */
export interface Feed extends Span {
  readonly windowMs: number;
  readonly onProgress: (part: number) => void;
}

export interface ByTransaction {
  readonly differences: readonly Difference[];
  /** Rows of the ledger that were not found in the time. */
  readonly notFound: number;
}

const keyOf = ({ transactionId, version }: Pick<LedgerRow, 'transactionId' | 'version'>) =>
  `${transactionId} ${version}`;

/** @param rows by transaction and version; those that are found are removed */
export async function compareTransactions(
  ask: Ask,
  rows: Map<string, LedgerRow>,
  { fromMs, toMs, windowMs, onProgress }: Feed,
): Promise<ByTransaction> {
  const differences: Difference[] = [];
  let cursor: string | undefined;
  for (let read = 0; ; ) {
    const query = new URLSearchParams({ from: isoTime(fromMs), to: isoTime(toMs), limit: PAGE });
    if (cursor !== undefined) query.set('cursor', cursor);
    const page = await ask(`/feed?${query}`);
    const items = Array.isArray(page.items) ? page.items.filter(isObject) : [];
    for (const item of items) {
      const found = differenceOf(rows, item, windowMs);
      if (found !== undefined) differences.push(found);
    }
    read += items.length;
    const last = Date.parse(String(items.at(-1)?.listedAt ?? ''));
    if (!Number.isNaN(last)) onProgress((last - fromMs) / (toMs - fromMs));
    const next: unknown = page.nextCursor;
    if (page.hasMore !== true || typeof next !== 'string' || next === cursor) break;
    if (read > MAX_OUTCOMES) throw new Unanswered('range_too_long');
    cursor = next;
  }
  return { differences, notFound: rows.size };
}

export function rowsByTransaction() {
  const rows = new Map<string, LedgerRow>();
  return {
    rows,
    add: (row: LedgerRow) => void rows.set(keyOf(row), row),
  };
}

function differenceOf(
  rows: Map<string, LedgerRow>,
  item: JsonObject,
  windowMs: number,
): Difference | undefined {
  const here: Side = {
    version: Number(item.version),
    status: String(item.status),
    amount: Number(item.amount),
    currency: String(item.currency),
    listedAt: String(item.listedAt),
  };
  const transactionId = String(item.transactionId);
  const window = isoTime(Math.floor(Date.parse(String(item.listedAt)) / windowMs) * windowMs);
  const key = keyOf({ transactionId, version: here.version });
  const there = rows.get(key);
  rows.delete(key);
  if (there === undefined) return { class: 'only_here', transactionId, here, window };
  const field = (['status', 'amount', 'currency'] as const).find((name) => here[name] !== there[name]);
  if (field === undefined) return undefined;
  const { version, status, amount, currency } = there;
  return { class: field, transactionId, here, there: { version, status, amount, currency }, window };
}
