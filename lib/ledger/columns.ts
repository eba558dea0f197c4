import { isTerminalStatus, TERMINAL_STATUSES, TRANSACTION_TYPE } from '../protocol/content/content-rules.ts';
import { listOfWords } from '../protocol/contract-words.ts';
import { TRANSACTION_ID } from '../protocol/id-forms.ts';
import { instantOf } from '../protocol/instants.ts';
import { ReconcileFailure } from './ledger-failure.ts';

/** The columns of a ledger and their valid values. */

const REQUIRED = ['transactionId', 'version', 'status', 'amount', 'currency', 'listedAt'] as const;
const OPTIONAL = ['transactionType'] as const;

export const COLUMN_NAMES: readonly string[] = [...REQUIRED, ...OPTIONAL];

type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** The compared fields of a ledger row. */
export interface LedgerRow {
  readonly transactionId: string;
  readonly version: number;
  /** Empty if the ledger has no type for it. */
  readonly transactionType: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  /** NaN if the ledger has no times. */
  readonly listedMs: number;
  /** The line on which the record starts. */
  readonly line: number;
}

/** The index of each known column. */
export type Columns = ReadonlyMap<Column, number>;

const LISTED_AT_HINT =
  'listedAt is when an outcome entered the feed. It decides to which window a row belongs; no other time can replace ' +
  'it. It is in every callback (data.listedAt) and in every answer. Store it when you apply an outcome. For past ' +
  'outcomes, take it from the statement of the day (GET /v1/statements/{date}) or from the feed.';

/** Where a record is, and what it must have. */
export interface Wanted {
  /** The line on which the record starts. */
  readonly line: number;
  readonly needsType: boolean;
  /** Default: true. Without times, rows can be matched by transaction only. */
  readonly needsTime?: boolean;
}

/**
 * Finds the known columns in the header line.
 *
 * @throws ReconcileFailure `missing_column` or `repeated_column`
 */
export function columnsOf(names: readonly string[], { line, needsType, needsTime = true }: Wanted): Columns {
  const columns = new Map<Column, number>();
  for (const [index, name] of names.entries()) {
    const known = [...REQUIRED, ...OPTIONAL].find((column) => column === name.trim());
    if (known === undefined) continue;
    if (columns.has(known)) {
      throw new ReconcileFailure(
        'repeated_column',
        `Line ${line}: there are two columns ${known}. Rename or remove the wrong one.`,
      );
    }
    columns.set(known, index);
  }
  const needed = REQUIRED.filter((column) => needsTime || column !== 'listedAt');
  const missing = [...needed, ...(needsType ? OPTIONAL : [])].filter((column) => !columns.has(column));
  if (missing.length > 0) throw missingColumns(missing, names, line);
  return columns;
}

function missingColumns(
  missing: readonly Column[],
  names: readonly string[],
  line: number,
): ReconcileFailure {
  const there = names.map((name) => JSON.stringify(name.slice(0, 40))).join(', ');
  const renamed = missing.flatMap((column) => {
    const meant = names.find((name) => plain(name) === plain(column));
    return meant === undefined ? [] : [`Rename ${JSON.stringify(meant.slice(0, 40))} to ${column}.`];
  });
  const isHeadless = missing.length === REQUIRED.length && names.some((name) => /\d/.test(name));
  const hints = [
    ...renamed,
    ...(isHeadless
      ? [`If line ${line} is a row already, insert a line with the column names before it.`]
      : []),
    ...(missing.includes('listedAt') && renamed.length === 0 ? [LISTED_AT_HINT] : []),
  ];
  return new ReconcileFailure(
    'missing_column',
    `Line ${line} has no column ${missing.join(', ')}; it has ${there}.`,
    { hints },
  );
}

/** Ignores the ways in which people vary a name: `Transaction ID`, `transaction_id`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

const CURRENCY = /^[A-Z]{3}$/;
const AMOUNT = /^(0|[1-9]\d{0,15})$/;
/** Must have a time with seconds. A date alone would mean midnight, which nobody intends. */
const TIME = /T..:..:../;

/**
 * Parses one record. Undefined for a PENDING, which is in no window.
 *
 * @throws ReconcileFailure `invalid_field`
 */
export function rowOf(
  fields: readonly string[],
  columns: Columns,
  { line, needsType, needsTime = true }: Wanted,
): LedgerRow | undefined {
  const text = (column: Column) => fields[columns.get(column) ?? -1] ?? '';
  const refuse = (column: Column, wanted: string): never => {
    const what = JSON.stringify(text(column).slice(0, 80));
    throw new ReconcileFailure('invalid_field', `Line ${line}: ${column} is ${what}, not ${wanted}.`);
  };
  const [transactionId, version, status] = [text('transactionId'), text('version'), text('status')];
  const [amount, currency, listedAt] = [text('amount'), text('currency'), text('listedAt')];
  const transactionType = text('transactionType');
  if (!TRANSACTION_ID.test(transactionId)) refuse('transactionId', '1 to 64 letters, digits, _ : or -');
  if (version !== '1' && version !== '2') refuse('version', '1 or 2');
  // A ledger may have a PENDING, which is never listed.
  if (status === 'PENDING') return undefined;
  if (!isTerminalStatus(status)) refuse('status', listOfWords(TERMINAL_STATUSES));
  if (!AMOUNT.test(amount) || !Number.isSafeInteger(Number(amount))) {
    refuse('amount', 'a whole number in the minor unit, without decimal point or separators: 19.99 is 1999');
  }
  if (!CURRENCY.test(currency)) refuse('currency', 'an ISO 4217 code');
  // If types are compared, a row without a type would match no type and be skipped.
  if ((needsType || transactionType !== '') && !TRANSACTION_TYPE.test(transactionType)) {
    refuse('transactionType', 'a lower-case word');
  }
  const listedMs = TIME.test(listedAt) ? instantOf(listedAt) : Number.NaN;
  if (needsTime && Number.isNaN(listedMs)) {
    refuse(
      'listedAt',
      'an RFC 3339 date and time with its offset: store it as you received it, 2026-11-20T08:00:00.000Z',
    );
  }
  const numbers = { version: Number(version), amount: Number(amount), listedMs, line };
  return { transactionId, transactionType, status, currency, ...numbers };
}
