import type { DigestGroup } from '../../feed/digest.ts';
import type { TerminalOutcome } from '../../model.ts';
import type { Statement } from './statement.ts';

/**
 * A statement as text: CSV (RFC 4180), lines ended by CR LF, ASCII only. The lines above the column names begin with
 * `#` and are records too: they describe the statement, with one `#total` for each transaction type, status and
 * currency. Amounts are in the currency's minor unit.
 */

/** Format version: raised by a change that readers must handle. */
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

/** One row with its line end. Ids, types, statuses, currencies and times need no quotes. */
export function statementRow(row: TerminalOutcome): string {
  const { transactionId, version, transactionType, status, amount, currency, occurredAt, listedAt } = row;
  const reference = quoted(inert(row.reference ?? ''));
  return `${transactionId},${version},${transactionType},${status},${amount},${currency},${reference},${occurredAt},${listedAt}${END}`;
}

/**
 * Prevents CSV formula injection: a spreadsheet reads such a cell as a formula, and the buyer may control the reference.
 * A leading apostrophe makes the cell text. A reference that begins with an apostrophe gets another one, so a reader
 * always removes exactly one. Ids cannot hold characters that make a harmful formula.
 */
function inert(reference: string): string {
  return /^[=+\-@'\t\r\n]/.test(reference) ? `'${reference}` : reference;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
