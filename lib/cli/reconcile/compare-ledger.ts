import type { LedgerRow } from '../../ledger/columns.ts';
import { type Suspect, suspectWindows } from '../../ledger/descent.ts';
import { ReconcileFailure } from '../../ledger/ledger-failure.ts';
import {
  createTotals,
  createWindowSums,
  EMPTY_SUM,
  isSame,
  sumOf,
  sumOfRow,
  type WindowSums,
  windowOf,
} from '../../ledger/sums.ts';
import { isoTime } from '../../protocol/instants.ts';
import { groupOf } from '../../protocol/row-digest.ts';
import { type EventTypes, eventTypes } from '../../receiver/event-types.ts';
import { createWindowQuestions } from '../../receiver/reconciling/questions.ts';
import { type ColumnNames, type Head, openLedger, type Reading, readLedger } from './ledger/ledger-rows.ts';
import { openSpool, type Spool } from './ledger/spool.ts';
import { beyondRetention, type FirstReading, type Given, rangeOf, timeOf } from './range.ts';
import { BeyondRetention, type Difference, type Service } from './service/ledger-service.ts';
import { assertWhole, type StatementHead, statementHead } from './service/statement-head.ts';
import { differencesOf } from './settle.ts';

/**
 * Compares a ledger of any size with the service. It reads the ledger once to sum each window. Only if something differs,
 * it reads the ledger again to get the rows of those windows.
 */

export interface Asked {
  readonly ledger: string;
  /** ISO 8601, inclusive. */
  readonly from?: string;
  /** ISO 8601, exclusive. */
  readonly to?: string;
  readonly types?: readonly string[];
  readonly names?: ColumnNames;
}

/** A difference and where to find it. */
export interface Found extends Difference {
  /** The start of the window. */
  readonly window: string;
  /** Line of the ledger, if the ledger has the row. */
  readonly line?: number;
}

export interface Report {
  readonly merchantId: string;
  readonly from: string;
  readonly to: string;
  readonly closedThrough: string;
  /** Rows of the ledger that were compared. */
  readonly rows: number;
  /** Rows of the ledger, of the selected types, that were listed before or after the compared range. */
  readonly outside: number;
  /** Rows that are still PENDING in the ledger. They are in no window. */
  readonly pending: number;
  readonly windows: number;
  readonly differing: number;
  readonly differences: number;
  /** Whether transaction types were compared. This requires a type in every row of the ledger. */
  readonly hasTypes: boolean;
  readonly requests: number;
  readonly bytes: number;
}

export interface Watching {
  /** The current step, and how much of it is done (0 to 1). */
  readonly onProgress: (step: 'reading' | 'asking' | 'reading again' | 'comparing', part: number) => void;
  readonly onDifference: (found: Found) => void;
}

/**
 * Compares a ledger with the service and passes each difference to `onDifference`.
 *
 * @throws ReconcileFailure if the comparison cannot be completed
 */
export async function reconcile(service: Service, asked: Asked, watching: Watching): Promise<Report> {
  const given = { fromMs: timeOf('--from', asked.from), toMs: timeOf('--to', asked.to) };
  const types = eventTypes(asked.types);
  const closing = await service.closing();
  if (closing === undefined) {
    throw new ReconcileFailure('not_closed', 'No window is closed yet, so there is nothing to compare with.');
  }
  const windowMs = closing.windowSeconds * 1_000;
  const ledger = await openLedger(asked.ledger, asked.names);
  const read: Read = (step, onRow) =>
    readLedger(ledger, {
      needsType: types.text !== undefined,
      onRow,
      onBytes: (bytes) => watching.onProgress(step, bytes / ledger.bytes),
    });

  const first = await addUp(read, { ...given, windowMs, types });
  const range = rangeOf(first, { ...given, closing });
  const { sums, hasTypes } = first;
  assertSameMerchant(first.statement, service);
  const compared = sumOf([...sums].filter(([start]) => isWithin(start, range)).map(([, sum]) => sum));

  const questions = createWindowQuestions(service, types, { withTimes: true });
  watching.onProgress('asking', 0);
  const suspects = await suspectWindows(questions, sums, { ...range, windowMs, hasTypes }).catch((error) => {
    throw error instanceof BeyondRetention
      ? beyondRetention(error, first, { ...range, givenMs: given.fromMs })
      : error;
  });
  watching.onProgress('asking', 1);
  const found = { windows: 0, differences: 0 };
  if (suspects.length > 0) {
    const spool = openSpool(windowMs);
    try {
      await spoolRows(spool, read, { suspects, sums, windowMs, types });
      for (const [index, suspect] of suspects.entries()) {
        watching.onProgress('comparing', index / suspects.length);
        const before = found.differences;
        for await (const one of differencesOf({ service, questions, spool, types: types.text }, suspect)) {
          found.differences += 1;
          watching.onDifference(located(one, suspect.startMs, spool));
        }
        if (found.differences > before) found.windows += 1;
        else if (suspect.rowsDiffer || suspect.typesDiffer) throw contradiction(suspect.startMs);
      }
      watching.onProgress('comparing', 1);
    } finally {
      spool.close();
    }
  }
  return {
    merchantId: service.merchantId(),
    from: isoTime(range.fromMs),
    to: isoTime(range.toMs),
    closedThrough: isoTime(closing.closedThroughMs),
    rows: compared.count,
    outside: first.rows - compared.count,
    pending: first.pending,
    windows: (range.toMs - range.fromMs) / windowMs,
    differing: found.windows,
    differences: found.differences,
    hasTypes,
    ...service.spent,
  };
}

type Read = (step: 'reading' | 'reading again', onRow: (row: LedgerRow) => void) => Promise<Reading>;

async function addUp(
  read: Read,
  {
    fromMs = -Infinity,
    toMs = Infinity,
    windowMs,
    types,
  }: Given & { readonly windowMs: number; readonly types: EventTypes },
): Promise<FirstReading> {
  const { sums, add } = createWindowSums(windowMs);
  const totals = createTotals();
  let all = 0;
  let rows = 0;
  let hasTypes = true;
  let oldest: LedgerRow | undefined;
  const { head, pending } = await read('reading', (row) => {
    const group = groupOf(row);
    all += 1;
    totals.add(group);
    if (!types.includes(row)) return;
    rows += 1;
    if (row.listedMs < fromMs || row.listedMs >= toMs) return;
    add(row, sumOfRow(row, group));
    if (row.transactionType === '') hasTypes = false;
    if (oldest === undefined || row.listedMs < oldest.listedMs) oldest = row;
  });
  const statement = wholeStatement(head, { rows: all, totals: totals.records() });
  return { sums, rows, pending, hasTypes, oldest, statement };
}

function wholeStatement(
  head: Head,
  found: { readonly rows: number; readonly totals: readonly string[] },
): StatementHead | undefined {
  const statement = statementHead(head);
  if (statement !== undefined) assertWhole(statement, found);
  return statement;
}

function assertSameMerchant(statement: StatementHead | undefined, service: Service): void {
  if (statement === undefined || statement.merchantId === service.merchantId()) return;
  throw new ReconcileFailure(
    'other_merchant',
    `The statement belongs to merchant ${statement.merchantId}, but TIDINGS_KEY belongs to ${service.merchantId()}.`,
  );
}

function isWithin(start: number, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) {
  return start >= fromMs && start < toMs;
}

interface SuspectWindows {
  readonly suspects: readonly Suspect[];
  readonly sums: WindowSums;
  readonly windowMs: number;
  readonly types: EventTypes;
}

async function spoolRows(spool: Spool, read: Read, windows: SuspectWindows): Promise<void> {
  const { suspects, sums, windowMs, types } = windows;
  const wanted = new Set(suspects.map(({ startMs }) => startMs));
  await read('reading again', (row) => {
    if (types.includes(row) && wanted.has(windowOf(row, windowMs))) spool.add(row);
  });
  for (const start of wanted) {
    const [now, before] = [spool.sum(start), sums.get(start) ?? EMPTY_SUM];
    if (isSame(now, before) && now.types === before.types && now.times === before.times) continue;
    throw new ReconcileFailure(
      'ledger_changed',
      'The ledger changed while it was being read. Run the comparison again.',
    );
  }
}

/** Do not report "equal": the audit corrected the window in the meantime, or somebody changed an answer. */
function contradiction(startMs: number): ReconcileFailure {
  return new ReconcileFailure(
    'wrong_answer',
    `The digest of the window ${isoTime(startMs)} differs, but its rows do not. Run the comparison again.`,
  );
}

function located(difference: Difference, startMs: number, spool: Spool): Found {
  const { transactionId, there } = difference;
  const { version } = there ?? {};
  const line = version === undefined ? undefined : spool.find(startMs, { transactionId, version })?.line;
  return { ...difference, window: isoTime(startMs), ...(line !== undefined && { line }) };
}
