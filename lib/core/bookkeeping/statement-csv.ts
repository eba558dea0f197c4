import type { DigestGroup } from '../feed/digest.ts';
import type { TerminalOutcome } from '../model.ts';
import type { Statement } from './statement.ts';

/**
 * A statement as text: CSV as RFC 4180 has it, lines ended by CR LF, all of it ASCII. The lines before the names of
 * the columns begin with `#` and are records too: what the statement is of, and one `#total` for each transaction
 * type, status and currency. Amounts are in the currency's minor unit.
 */

/** Raised when the form changes in a way that a reader must know of. */
const FORM = 1;
const END = '\r\n';

export const STATEMENT_COLUMNS = [
  'transactionId',
  'version',
  'transactionType',
  'status',
  'amount',
  'currency',
  'reference',
  'occurredAt',
  'listedAt',
] as const satisfies readonly (keyof TerminalOutcome)[];

/** Everything before the first row. */
export function statementHead(
  of: Pick<Statement, 'merchantId' | 'date' | 'timeZone' | 'from' | 'to' | 'revision' | 'rows'>,
  totals: readonly DigestGroup[],
): string {
  const records: readonly (readonly (string | number)[])[] = [
    ['#tidings-statement', FORM],
    ['#merchantId', of.merchantId],
    ['#date', of.date],
    ['#timeZone', of.timeZone],
    ['#from', of.from],
    ['#to', of.to],
    ['#revision', of.revision],
    ['#rows', of.rows],
    ...totals.map(({ transactionType, status, currency, count, amount, hash }) => [
      '#total',
      transactionType,
      status,
      currency,
      count,
      amount,
      hash,
    ]),
    STATEMENT_COLUMNS,
  ];
  return records.map((record) => `${record.join(',')}${END}`).join('');
}

/** One row with the end of its line. Ids, types, statuses, currencies and times need no quotes. */
export function statementRow(row: TerminalOutcome): string {
  const { transactionId, version, transactionType, status, amount, currency, occurredAt, listedAt } = row;
  const reference = quoted(inert(row.reference ?? ''));
  return `${transactionId},${version},${transactionType},${status},${amount},${currency},${reference},${occurredAt},${listedAt}${END}`;
}

/**
 * A spreadsheet takes a cell that begins so for a formula, and a reference is written by whoever orders. One
 * apostrophe in front makes it text; a reference that begins with one gets another, so that a reader who takes
 * one away has the reference again. An id has no characters with which a formula could do anything.
 */
function inert(reference: string): string {
  return /^[=+\-@'\t\r\n]/.test(reference) ? `'${reference}` : reference;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
