import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import { matches, REFERENCE } from '../../../protocol/id-forms.ts';
import { isoTime } from '../../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../../protocol/json/json-values.ts';
import type { Placed } from '../output/report.ts';
import type { Service, Side } from '../service/ledger-service.ts';
import type { BillRow } from './bill-formats.ts';
import type { Bill } from './read-bill.ts';

/**
 * Compares a bill with the feed of its days, row by row: a bill has no `listedAt`, so it has no windows. What the feed of
 * those days does not have is asked for one by one, because an outcome may be recorded days later.
 */

export interface BillReport {
  readonly from: string;
  readonly to: string;
  /** Rows of the bill that were compared. */
  readonly rows: number;
  readonly unclear: number;
  readonly others: number;
  readonly differences: number;
}

export interface BillWatching {
  readonly onProgress: (step: 'feed' | 'asking', part: number) => void;
  readonly onDifference: (difference: Placed) => void;
}

type Questions = Pick<Service, 'read'>;

const PAGE = '500';
const DAY_MS = 86_400_000;
const BEIJING_MS = 8 * 3_600_000;

export async function compareBill(
  service: Questions,
  { rows, unclear, others }: Bill,
  { onProgress, onDifference }: BillWatching,
): Promise<BillReport> {
  const span = daysOf(rows);
  let differences = 0;
  const show = (difference: Placed | undefined) => {
    if (difference === undefined) return;
    differences += 1;
    onDifference(difference);
  };
  const places = placesOf(rows);
  const left = new Set(rows);
  for (const item of (await latestOf(service, span, (part) => onProgress('feed', part))).values()) {
    const row = rowFor(places, item);
    if (row !== undefined) {
      left.delete(row);
      show(differenceOf(row, item));
    } else if (isInBill(item, span)) {
      show({ class: 'only_here', transactionId: String(item.transactionId), here: sideOf(item) });
    }
  }
  let asked = 0;
  for (const row of left) {
    asked += 1;
    onProgress('asking', asked / left.size);
    const item = await askFor(service, row);
    const there = sideOfRow(row);
    show(
      item === undefined
        ? { class: 'only_there', transactionId: row.own || row.theirs, there, line: row.line }
        : differenceOf(row, item),
    );
  }
  return {
    from: isoTime(span.fromMs),
    to: isoTime(span.toMs),
    rows: rows.length,
    unclear,
    others,
    differences,
  };
}

interface Days {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whole days of Beijing. */
function daysOf(rows: readonly BillRow[]): Days {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { atMs } of rows) [first, last] = [Math.min(first, atMs), Math.max(last, atMs)];
  if (rows.length === 0) return { fromMs: 0, toMs: 0 };
  const startOf = (ms: number) => Math.floor((ms + BEIJING_MS) / DAY_MS) * DAY_MS - BEIJING_MS;
  return { fromMs: startOf(first), toMs: startOf(last) + DAY_MS };
}

/** The latest version of each outcome that was listed on those days, or on the day after them. */
async function latestOf(service: Questions, { fromMs, toMs }: Days, onProgress: (part: number) => void) {
  const latest = new Map<string, JsonObject>();
  let cursor: string | undefined;
  for (;;) {
    if (fromMs === toMs) return latest;
    const parameters = { limit: PAGE, ...(cursor === undefined ? { from: isoTime(fromMs) } : { cursor }) };
    const content = answered(await service.read('/v1/transactions', parameters));
    const items = Array.isArray(content.items) ? content.items.filter(isObject) : [];
    for (const item of items) {
      const id = String(item.transactionId);
      if (Number(latest.get(id)?.version ?? 0) < Number(item.version)) latest.set(id, item);
    }
    const lastMs = Date.parse(String(items.at(-1)?.listedAt));
    onProgress((lastMs - fromMs) / (toMs + DAY_MS - fromMs));
    const next: unknown = content.nextCursor;
    const isAtEnd = content.hasMore !== true || typeof next !== 'string' || next === cursor;
    if (isAtEnd || lastMs >= toMs + DAY_MS) return latest;
    cursor = next;
  }
}

/** A refused list is no empty one. */
function answered(answer: Awaited<ReturnType<Questions['read']>>): JsonObject {
  if (!('kind' in answer)) return answer.content;
  throw new ReconcileFailure('wrong_answer', `The service refused a list of transactions: ${answer.code}.`);
}

type Places = ReadonlyMap<string, BillRow>;

/** Each row by both of its numbers. A number of the provider goes first: it is never used twice. */
function placesOf(rows: readonly BillRow[]): Places {
  const places = new Map<string, BillRow>();
  for (const row of rows) if (row.own !== '' && !places.has(row.own)) places.set(row.own, row);
  for (const row of rows) if (row.theirs !== '') places.set(row.theirs, row);
  return places;
}

function rowFor(places: Places, { transactionId, reference }: JsonObject): BillRow | undefined {
  return (
    places.get(String(transactionId)) ?? (typeof reference === 'string' ? places.get(reference) : undefined)
  );
}

/** A bill has what succeeded on its days. Other outcomes are in no bill. */
function isInBill({ status, occurredAt }: JsonObject, { fromMs, toMs }: Days): boolean {
  const atMs = Date.parse(String(occurredAt));
  return status === 'SUCCEEDED' && atMs >= fromMs && atMs < toMs;
}

const ID = /^[\w:-]{1,64}$/;

async function askFor(service: Questions, { own, theirs }: BillRow): Promise<JsonObject | undefined> {
  for (const id of [own, theirs].filter((each) => ID.test(each))) {
    const answer = await service.read(`/v1/transactions/${id}`);
    if (!('kind' in answer)) return answer.content;
  }
  if (!matches(REFERENCE, own)) return undefined;
  const content = answered(await service.read('/v1/transactions', { reference: own }));
  return Array.isArray(content.items) ? content.items.find(isObject) : undefined;
}

function differenceOf(row: BillRow, item: JsonObject): Placed | undefined {
  const [here, there] = [sideOf(item), sideOfRow(row)];
  const field = (['status', 'amount', 'currency'] as const).find((name) => here[name] !== there[name]);
  if (field === undefined) return undefined;
  const transactionId = String(item.transactionId);
  return { class: field, transactionId, here, there: { ...there, version: here.version }, line: row.line };
}

function sideOf({ version, status, amount, currency }: JsonObject): Side {
  return {
    version: Number(version),
    status: String(status),
    amount: Number(amount),
    currency: String(currency),
  };
}

function sideOfRow({ status, amount, currency }: BillRow): Side {
  return { version: 1, status, amount, currency };
}
