import type { LedgerRow } from '../../ledger/columns.ts';
import { ReconcileFailure } from '../../ledger/ledger-failure.ts';
import type { WindowSums } from '../../ledger/sums.ts';
import { instantOf, isoTime } from '../../protocol/instants.ts';
import type { Span } from '../../receiver/reconciling/spans.ts';
import type { BeyondRetention, Closing } from './service/ledger-service.ts';
import type { StatementHead } from './service/statement-head.ts';

/** Which range of a ledger is compared, and messages if a range cannot be compared. */

/** The ends of the range, from `--from` and `--to`. */
export interface Given {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/** The result of the first reading of a ledger. */
export interface FirstReading {
  readonly sums: WindowSums;
  readonly rows: number;
  readonly pending: number;
  /** Whether every compared row has a transaction type. */
  readonly hasTypes: boolean;
  /** The row with the earliest `listedAt`. */
  readonly oldest: LedgerRow | undefined;
  readonly statement: StatementHead | undefined;
}

/** The compared range: from the options, else from the statement, else from the ledger's rows. */
export function rangeOf(
  { sums, statement }: FirstReading,
  { fromMs, toMs, closing }: Given & { readonly closing: Closing },
): Span {
  const windowMs = closing.windowSeconds * 1_000;
  const oldest = sums.size === 0 ? undefined : [...sums.keys()].reduce((a, b) => Math.min(a, b));
  const from = fromMs ?? statement?.fromMs ?? oldest;
  const to = toMs ?? statement?.toMs ?? closing.closedThroughMs;
  if (from === undefined) {
    throw new ReconcileFailure(
      'nothing_to_compare',
      'The ledger has no rows. Give --from, the start of the range.',
    );
  }
  for (const [name, ms] of [['--from', from] as const, ['--to', to] as const]) {
    if (ms % windowMs === 0) continue;
    const near = [Math.floor(ms / windowMs), Math.ceil(ms / windowMs)].map((n) => isoTime(n * windowMs));
    throw new ReconcileFailure(
      'unaligned_time',
      `No window starts at ${isoTime(ms)}: a window has ${closing.windowSeconds} s. Give ${name} as ${near.join(' or ')}.`,
    );
  }
  if (to > closing.closedThroughMs) {
    throw new ReconcileFailure(
      'not_closed',
      `Windows are closed only through ${isoTime(closing.closedThroughMs)}, not through ${isoTime(to)}. ` +
        'Give an earlier --to, or try again later.',
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

export function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = instantOf(text);
  if (!Number.isNaN(ms)) return ms;
  throw new ReconcileFailure(
    'invalid_option',
    `${option} ${text} is neither a date nor a time with its offset. Give 2026-11-20 or 2026-11-20T08:00:00Z.`,
  );
}

const HOUR_MS = 3_600_000;

/** Rows older than the retention are deleted. Names the line that needs them, and what can still be compared. */
export function beyondRetention(
  { oldestMs }: BeyondRetention,
  { sums, oldest, statement }: FirstReading,
  { fromMs, toMs, givenMs }: Span & { readonly givenMs: number | undefined },
): ReconcileFailure {
  const since = oldestMs === undefined ? '' : `, which begins at ${isoTime(oldestMs)}`;
  const expired = [...sums].filter(([start]) => start < (oldestMs ?? fromMs));
  const rows = expired.reduce((sum, [, { count }]) => sum + count, 0);
  const what =
    givenMs !== undefined
      ? `--from ${isoTime(givenMs)} is`
      : statement !== undefined || oldest === undefined
        ? `The statement starts at ${isoTime(fromMs)}, and that is`
        : `Line ${oldest.line}: listedAt is ${isoTime(oldest.listedMs)}, and that is`;
  const message = `${what} older than what Tidings keeps${since}. Older rows in the ledger: ${rows}.`;
  // Leave more than an hour: the retention moves on while somebody reads this message.
  const next = (Math.floor((oldestMs ?? toMs) / HOUR_MS) + 2) * HOUR_MS;
  const rest =
    next < toMs
      ? `Compare the rest with --from ${isoTime(next)}.`
      : 'Nothing is left to compare: the range also ends before that.';
  return new ReconcileFailure('beyond_retention', message, {
    hints: [`${rest} For older rows, compare with the statements that you kept.`],
  });
}
