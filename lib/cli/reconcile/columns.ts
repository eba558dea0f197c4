import { ReconcileFailure } from './failure.ts';

/** Columns of a ledger, and what may stand in them. */

const REQUIRED = ['transactionId', 'version', 'status', 'amount', 'currency', 'listedAt'] as const;
const OPTIONAL = ['transactionType'] as const;

type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** What of a ledger's row is compared. */
export interface LedgerRow {
  readonly transactionId: string;
  readonly version: number;
  /** Empty where the ledger does not say. */
  readonly transactionType: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly listedMs: number;
  /** On which its record begins. */
  readonly line: number;
}

/** The place of each column. */
export type Columns = ReadonlyMap<Column, number>;

const LISTED_AT_HINT =
  'listedAt is when an outcome entered the feed: it decides to which window a row belongs, and no other time can stand ' +
  'for it. It is in every callback (data.listedAt) and in every answer; keep it when you apply an outcome. For the ' +
  'past, take it from the statement of the day (GET /v1/statements/{date}) or from the feed.';

/** @throws ReconcileFailure where a column that is needed is missing, or one stands twice */
export function columnsOf(
  names: readonly string[],
  { line, needsType }: { readonly line: number; readonly needsType: boolean },
): Columns {
  const columns = new Map<Column, number>();
  for (const [index, name] of names.entries()) {
    const known = [...REQUIRED, ...OPTIONAL].find((column) => column === name.trim());
    if (known === undefined) continue;
    if (columns.has(known)) {
      throw new ReconcileFailure('repeated_column', `Line ${line}: there are two columns ${known}.`);
    }
    columns.set(known, index);
  }
  const missing = [...REQUIRED, ...(needsType ? OPTIONAL : [])].filter((column) => !columns.has(column));
  if (missing.length > 0) throw missingColumns(missing, names, line);
  return columns;
}

function missingColumns(
  missing: readonly Column[],
  names: readonly string[],
  line: number,
): ReconcileFailure {
  const [only = ''] = names;
  const other =
    names.length === 1 ? [';', '\t', '|'].find((delimiter) => only.includes(delimiter)) : undefined;
  const hints = [
    ...(other === undefined ? [] : [`The fields seem to be parted by ${JSON.stringify(other)}; use commas.`]),
    ...(missing.includes('listedAt') && other === undefined ? [LISTED_AT_HINT] : []),
  ];
  const there = names.map((name) => JSON.stringify(name.slice(0, 40))).join(', ');
  return new ReconcileFailure(
    'missing_column',
    [`Line ${line} has no column ${missing.join(', ')}; it has ${there}.`, ...hints].join('\n'),
  );
}

/** `PENDING` is never listed; a ledger may know of it all the same. */
const STATUSES = new Set(['SUCCEEDED', 'FAILED', 'CLOSED']);
const ID = /^[A-Za-z0-9_:-]{1,64}$/;
const TYPE = /^[a-z][a-z0-9_-]{0,31}$/;
const CURRENCY = /^[A-Z]{3}$/;
const AMOUNT = /^(0|[1-9]\d{0,15})$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/**
 * One record as a row; undefined for one that is still pending, since that is in no window.
 *
 * @throws ReconcileFailure `invalid_field`
 */
export function rowOf(
  fields: readonly string[],
  columns: Columns,
  { line, needsType }: { readonly line: number; readonly needsType: boolean },
): LedgerRow | undefined {
  const text = (column: Column) => fields[columns.get(column) ?? -1] ?? '';
  const refuse = (column: Column, wanted: string): never => {
    const what = JSON.stringify(text(column).slice(0, 80));
    throw new ReconcileFailure('invalid_field', `Line ${line}: ${column} is ${what}, not ${wanted}.`);
  };
  const [transactionId, version, status] = [text('transactionId'), text('version'), text('status')];
  const [amount, currency, listedAt] = [text('amount'), text('currency'), text('listedAt')];
  const transactionType = text('transactionType');
  if (!ID.test(transactionId)) refuse('transactionId', '1 to 64 letters, digits, _ : or -');
  if (version !== '1' && version !== '2') refuse('version', '1 or 2');
  if (status === 'PENDING') return undefined;
  if (!STATUSES.has(status)) refuse('status', 'SUCCEEDED, FAILED or CLOSED');
  if (!AMOUNT.test(amount) || !Number.isSafeInteger(Number(amount))) {
    refuse('amount', 'a whole number in the minor unit: 19.99 is 1999');
  }
  if (!CURRENCY.test(currency)) refuse('currency', 'a code of ISO 4217');
  // Where types are compared, a row without one would be of none, and left out.
  if ((needsType || transactionType !== '') && !TYPE.test(transactionType)) {
    refuse('transactionType', 'a lower-case word');
  }
  const listedMs = TIME.test(listedAt) ? Date.parse(listedAt) : Number.NaN;
  if (Number.isNaN(listedMs)) refuse('listedAt', 'an RFC 3339 date and time with its offset');
  const numbers = { version: Number(version), amount: Number(amount), listedMs, line };
  return { transactionId, transactionType, status, currency, ...numbers };
}
