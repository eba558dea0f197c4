import { groupOf } from '../../receiver/digest.ts';
import { type EventTypes, eventTypes } from '../../receiver/event-types.ts';
import { createWindowQuestions } from '../../receiver/reconciling/questions.ts';
import { instantOf } from '../../receiver/times.ts';
import type { LedgerRow } from './columns.ts';
import { differingWindows } from './descent.ts';
import { ReconcileFailure } from './failure.ts';
import { type Head, openLedger, type Reading, readLedger } from './ledger-rows.ts';
import { type Closing, type Difference, isoTime, type Service } from './ledger-service.ts';
import { differencesOf } from './settle.ts';
import { openSpool, type Spool } from './spool.ts';
import { assertWhole, type StatementHead, statementHead } from './statement-head.ts';
import { createTotals, createWindowSums, isSame, NOTHING, sumOf, type WindowSums, windowOf } from './sums.ts';

/**
 * Compares a ledger of any size with the service. It is read once for what its windows add up to, and, only where
 * something differs, once more for the rows of those windows.
 */

export interface Asked {
  readonly ledger: string;
  /** ISO 8601, inclusive. */
  readonly from?: string;
  /** ISO 8601, exclusive. */
  readonly to?: string;
  readonly types?: readonly string[];
}

/** A difference with the places at which to look. */
export interface Found extends Difference {
  /** The start of the window. */
  readonly window: string;
  /** Of the ledger, where it has the row. */
  readonly line?: number;
}

export interface Report {
  readonly merchantId: string;
  readonly from: string;
  readonly to: string;
  readonly closedThrough: string;
  /** Rows of the ledger that were compared. */
  readonly rows: number;
  /** Rows of the ledger, of the types that count, that were listed before or after what was compared. */
  readonly outside: number;
  /** Rows that were still pending in the ledger, and so in no window. */
  readonly pending: number;
  readonly windows: number;
  readonly differing: number;
  readonly differences: number;
  readonly requests: number;
  readonly bytes: number;
}

export interface Watching {
  /** What is being done, and how far it is. */
  readonly onProgress: (step: 'reading' | 'asking' | 'reading again' | 'comparing', part: number) => void;
  readonly onDifference: (found: Found) => void;
}

export async function reconcile(service: Service, asked: Asked, watching: Watching): Promise<Report> {
  const given = { fromMs: timeOf('--from', asked.from), toMs: timeOf('--to', asked.to) };
  const types = eventTypes(asked.types);
  const closing = await service.closing();
  if (closing === undefined) {
    throw new ReconcileFailure('not_closed', 'No window is closed yet: there is nothing to compare with.');
  }
  const windowMs = closing.windowSeconds * 1_000;
  const ledger = await openLedger(asked.ledger);
  const read: Read = (step, onRow) =>
    readLedger(ledger, {
      needsType: types.text !== undefined,
      onRow,
      onBytes: (bytes) => watching.onProgress(step, bytes / ledger.bytes),
    });

  const first = await addUp(read, { ...given, windowMs, types });
  const range = rangeOf(first, { ...given, closing });
  const { sums } = first;
  assertOwn(first.statement, service);
  const compared = sumOf([...sums].filter(([start]) => isWithin(start, range)).map(([, sum]) => sum));

  const questions = createWindowQuestions(service, types);
  watching.onProgress('asking', 0);
  const windows = await differingWindows(questions, sums, { ...range, windowMs });
  watching.onProgress('asking', 1);
  let differences = 0;
  if (windows.length > 0) {
    const spool = openSpool(windowMs);
    try {
      await spoolRows(spool, read, { windows, sums, windowMs, types });
      for (const [index, startMs] of windows.entries()) {
        watching.onProgress('comparing', index / windows.length);
        const before = differences;
        for await (const one of differencesOf({ service, questions, spool, types: types.text }, startMs)) {
          differences += 1;
          watching.onDifference(located(one, startMs, spool));
        }
        if (differences === before) throw contradiction(startMs);
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
    differing: windows.length,
    differences,
    ...service.spent,
  };
}

type Read = (step: 'reading' | 'reading again', onRow: (row: LedgerRow) => void) => Promise<Reading>;

interface Given {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

interface FirstReading {
  readonly sums: WindowSums;
  readonly rows: number;
  readonly pending: number;
  readonly statement: StatementHead | undefined;
}

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
  const { head, pending } = await read('reading', (row) => {
    const group = groupOf(row);
    all += 1;
    totals.add(group);
    if (!types.includes(row)) return;
    rows += 1;
    if (row.listedMs >= fromMs && row.listedMs < toMs) add(row, group);
  });
  return { sums, rows, pending, statement: wholeStatement(head, { rows: all, totals: totals.records() }) };
}

function wholeStatement(
  head: Head,
  found: { readonly rows: number; readonly totals: readonly string[] },
): StatementHead | undefined {
  const statement = statementHead(head);
  if (statement !== undefined) assertWhole(statement, found);
  return statement;
}

function assertOwn(statement: StatementHead | undefined, service: Service): void {
  if (statement === undefined || statement.merchantId === service.merchantId()) return;
  throw new ReconcileFailure(
    'other_merchant',
    `The statement is of merchant ${statement.merchantId}, and TIDINGS_KEY of ${service.merchantId()}.`,
  );
}

/** What is compared: what was asked for, else what the statement is of, else what the ledger holds. */
function rangeOf(
  { sums, statement }: FirstReading,
  { fromMs, toMs, closing }: Given & { readonly closing: Closing },
): { readonly fromMs: number; readonly toMs: number } {
  const windowMs = closing.windowSeconds * 1_000;
  const oldest = sums.size === 0 ? undefined : [...sums.keys()].reduce((a, b) => Math.min(a, b));
  const from = fromMs ?? statement?.fromMs ?? oldest;
  const to = toMs ?? statement?.toMs ?? closing.closedThroughMs;
  if (from === undefined) {
    throw new ReconcileFailure(
      'nothing_to_compare',
      'The ledger has no rows. Give --from, so that it is clear of which time it has none.',
    );
  }
  for (const [name, ms] of [['--from', from] as const, ['--to', to] as const]) {
    if (ms % windowMs === 0) continue;
    const near = [Math.floor(ms / windowMs), Math.ceil(ms / windowMs)].map((n) => isoTime(n * windowMs));
    throw new ReconcileFailure(
      'unaligned_time',
      `No window begins at ${isoTime(ms)}: they have ${closing.windowSeconds} s. Give ${name} as ${near.join(' or ')}.`,
    );
  }
  if (to > closing.closedThroughMs) {
    throw new ReconcileFailure(
      'not_closed',
      `Windows are closed through ${isoTime(closing.closedThroughMs)} so far, and not through ${isoTime(to)}. ` +
        'Compare up to there with --to, or ask again later.',
    );
  }
  if (from >= to) {
    throw new ReconcileFailure(
      'nothing_to_compare',
      `There is no closed window from ${isoTime(from)} to ${isoTime(to)}.`,
    );
  }
  return { fromMs: from, toMs: to };
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = instantOf(text);
  if (!Number.isNaN(ms)) return ms;
  throw new ReconcileFailure('invalid_option', `${option} ${text} is no date, and no time with its offset.`);
}

function isWithin(start: number, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) {
  return start >= fromMs && start < toMs;
}

async function spoolRows(
  spool: Spool,
  read: Read,
  {
    windows,
    sums,
    windowMs,
    types,
  }: {
    readonly windows: readonly number[];
    readonly sums: WindowSums;
    readonly windowMs: number;
    readonly types: EventTypes;
  },
): Promise<void> {
  const wanted = new Set(windows);
  await read('reading again', (row) => {
    if (types.includes(row) && wanted.has(windowOf(row, windowMs))) spool.add(row);
  });
  for (const start of windows) {
    if (isSame(spool.sum(start), sums.get(start) ?? NOTHING)) continue;
    throw new ReconcileFailure('ledger_changed', 'The ledger was changed while it was read.');
  }
}

/** Not equal: the audit has corrected the window meanwhile, or somebody has changed an answer. */
function contradiction(startMs: number): ReconcileFailure {
  return new ReconcileFailure(
    'wrong_answer',
    `By its digest the window ${isoTime(startMs)} differs, and by its rows it does not. Ask again.`,
  );
}

function located(difference: Difference, startMs: number, spool: Spool): Found {
  const { transactionId, there } = difference;
  const { version } = there ?? {};
  const line = version === undefined ? undefined : spool.lineOf(startMs, { transactionId, version });
  return { ...difference, window: isoTime(startMs), ...(line !== undefined && { line }) };
}
