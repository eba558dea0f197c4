import type { LedgerRow } from '../../../ledger/columns.ts';
import { suspectWindows } from '../../../ledger/descent.ts';
import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import { createWindowSums, sumOfRow, windowOf } from '../../../ledger/sums.ts';
import { groupOf } from '../../../protocol/row-digest.ts';
import type { Span } from '../../../receiver/reconciling/spans.ts';
import { compareTransactions, MAX_ROWS_WITHOUT_TIMES, rowsByTransaction } from './compare-transactions.ts';
import { compareWindow, type WindowRows } from './compare-windows.ts';
import { type LedgerForm, readLedger } from './ledger-file.ts';
import type { Difference, Job, Result, Step } from './messages.ts';
import { type Ask, slicesOf, Unanswered } from './service-questions.ts';

/**
 * Compares a ledger with the service. The first reading keeps one sum a window; the second one keeps the rows of windows
 * that differ, up to a limit. So memory is bounded by windows, and not by the size of the file.
 */

/** Rows of differing windows that are compared one by one. */
const MAX_ROWS_HELD = 100_000;
/** Windows that are compared row by row. More differing windows mean another ledger, or another merchant. */
const MAX_WINDOWS_EXAMINED = 500;

export interface ComparePorts {
  readonly ask: Ask;
  readonly onProgress: (step: Step, part: number) => void;
}

type Sums = ReturnType<typeof createWindowSums>;

interface Read extends LedgerForm {
  readonly sums: Sums['sums'];
  /** Whether every row has a type. */
  readonly isTyped: boolean;
  /** Rows by transaction, if the ledger has no times. */
  readonly rowsWithoutTimes: Map<string, LedgerRow>;
}

export async function compareFile(job: Job, { ask, onProgress }: ComparePorts): Promise<Result> {
  const windowMs = job.windowSeconds * 1_000;
  const read = await firstReading(job, windowMs, (part) => onProgress('reading', part));
  if (!read.hasTimes) return byTransaction(job, read, { ask, onProgress });
  const range = rangeOf(job, read.sums, windowMs);
  onProgress('asking', 0);
  const questions = {
    slices: (span: Span, resolution: 'day' | 'hour' | 'window') =>
      slicesOf(ask, span, { resolution, windowMs }),
  };
  const suspects = await suspectWindows(questions, read.sums, { ...range, windowMs, hasTypes: read.isTyped });
  const differing = suspects.filter(({ rowsDiffer, typesDiffer }) => rowsDiffer || typesDiffer);
  const chosen = chosenOf(
    differing.map(({ startMs }) => startMs),
    read.sums,
  );
  const readingAgain = (part: number) => onProgress('reading_again', part);
  const windows = await secondReading(job.file, { chosen, windowMs, onProgress: readingAgain });
  const differences: Difference[] = [];
  let [sentRows, examined] = [0, 0];
  for (const [at, window] of windows.entries()) {
    onProgress('comparing', at / windows.length);
    const onSent = (rows: number) => {
      sentRows += rows;
    };
    const found = await compareWindow({ ask, onSent }, window);
    if (found === undefined) continue;
    examined += 1;
    differences.push(...found);
  }
  const inRange = [...read.sums].filter(([start]) => start >= range.fromMs && start < range.toMs);
  const compared = inRange.reduce((sum, [, { count }]) => sum + count, 0);
  return {
    ...range,
    rows: compared,
    outside: read.rows - compared,
    pending: read.pending,
    differing: differing.map(({ startMs }) => startMs),
    examined,
    differences,
    sentRows,
    mode: 'windows',
  };
}

async function firstReading(job: Job, windowMs: number, onProgress: (part: number) => void): Promise<Read> {
  const { sums, add } = createWindowSums(windowMs);
  const { fromMs, toMs } = boundsOf(job, windowMs);
  const byId = rowsByTransaction();
  let isTyped = true;
  const form = await readLedger(job.file, {
    onProgress,
    onRow: (row) => {
      isTyped &&= row.transactionType !== '';
      if (Number.isNaN(row.listedMs)) {
        byId.add(row);
        if (byId.rows.size > MAX_ROWS_WITHOUT_TIMES) throw new Unanswered('too_many_rows_without_times');
        return;
      }
      // A ledger of years costs no memory for what cannot be compared.
      const start = windowOf(row, windowMs);
      if (start < fromMs || start >= toMs) return;
      add(row, { ...sumOfRow(row, groupOf(row)), times: undefined });
    },
  });
  return { ...form, sums, isTyped: isTyped && form.hasTypes, rowsWithoutTimes: byId.rows };
}

/** What can be compared: the days that were chosen, of the windows that the service keeps and has closed. */
function boundsOf(job: Job, windowMs: number): Span {
  const kept = Math.ceil(job.keptSinceMs / windowMs) * windowMs;
  return { fromMs: Math.max(job.fromMs ?? kept, kept), toMs: job.toMs ?? job.closedThroughMs };
}

/** Within the bounds. Where no first day was chosen, from the ledger's first window. */
function rangeOf(job: Job, sums: Sums['sums'], windowMs: number): Span {
  const bounds = boundsOf(job, windowMs);
  const { toMs } = bounds;
  const first = [...sums.keys()].reduce((a, b) => Math.min(a, b), toMs);
  const fromMs = job.fromMs === undefined ? first : bounds.fromMs;
  if (fromMs < toMs && toMs <= job.closedThroughMs) return { fromMs, toMs };
  throw new Unanswered('nothing_to_compare');
}

/** The windows whose rows are read again: the oldest, as many as the limits allow. */
function chosenOf(differing: readonly number[], sums: Sums['sums']): ReadonlySet<number> {
  const chosen = new Set<number>();
  let held = 0;
  for (const start of differing) {
    held += sums.get(start)?.count ?? 0;
    if (chosen.size > 0 && (held > MAX_ROWS_HELD || chosen.size >= MAX_WINDOWS_EXAMINED)) break;
    chosen.add(start);
  }
  return chosen;
}

interface SecondReading {
  readonly chosen: ReadonlySet<number>;
  readonly windowMs: number;
  readonly onProgress: (part: number) => void;
}

async function secondReading(
  file: File,
  { chosen, windowMs, onProgress }: SecondReading,
): Promise<readonly WindowRows[]> {
  const rows = new Map<number, LedgerRow[]>([...chosen].map((start) => [start, []]));
  if (chosen.size === 0) return [];
  const seen = new Map<string, number>();
  await readLedger(file, {
    onProgress,
    onRow: (row) => {
      const start = windowOf(row, windowMs);
      const own = rows.get(start);
      if (own === undefined) return;
      const key = `${row.transactionId} ${row.version} ${start}`;
      const earlier = seen.get(key);
      if (earlier !== undefined) {
        throw new ReconcileFailure(
          'duplicate_row',
          `Line ${row.line}: ${row.transactionId}, version ${row.version}, is also in line ${earlier}.`,
        );
      }
      seen.set(key, row.line);
      own.push(row);
    },
  });
  return [...rows].map(([startMs, own]) => ({ startMs, rows: own }));
}

async function byTransaction(
  { fromMs, toMs, closedThroughMs, keptSinceMs, windowSeconds }: Job,
  read: Read,
  { ask, onProgress }: ComparePorts,
): Promise<Result> {
  if (fromMs === undefined) throw new Unanswered('needs_range');
  const range = {
    fromMs: Math.max(fromMs, keptSinceMs),
    toMs: Math.min(toMs ?? closedThroughMs, closedThroughMs),
  };
  if (range.fromMs >= range.toMs) throw new Unanswered('nothing_to_compare');
  const windowMs = windowSeconds * 1_000;
  const { differences, notFound } = await compareTransactions(ask, read.rowsWithoutTimes, {
    ...range,
    windowMs,
    onProgress: (part) => onProgress('comparing', part),
  });
  const differing = [...new Set(differences.map(({ window }) => Date.parse(window)))];
  return {
    ...range,
    rows: read.rows - notFound,
    outside: notFound,
    pending: read.pending,
    differing,
    examined: differing.length,
    differences,
    sentRows: 0,
    mode: 'transactions',
  };
}
