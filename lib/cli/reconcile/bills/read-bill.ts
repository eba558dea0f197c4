import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import type { BillFormat, BillRow } from './bill-formats.ts';

/** Reads a bill: UTF-8 or GBK, with marks before its fields, and with totals behind its rows. */

/** A bill is kept in memory. The providers split larger ones. */
const MAX_BYTES = 256 * 1024 * 1024;
/** What the providers write before a field, or behind it, so that a spreadsheet leaves it alone. */
const MARKS = /^[`\t\s\ufeff]+|[\t\s]+$/g;

export interface Bill {
  readonly rows: readonly BillRow[];
  /** Refunds that are still on their way. */
  readonly unclear: number;
  /** Rows that are neither payment nor refund, such as a revoked payment. */
  readonly others: number;
}

/** @throws ReconcileFailure with the line, at the first error, and if rows are missing by its totals */
export async function readBill(path: string, format: BillFormat): Promise<Bill> {
  return billOf(textOf(await bytesOf(path)), format);
}

/** @param text decoded, as it was downloaded */
export function billOf(text: string, format: BillFormat): Bill {
  const rows: BillRow[] = [];
  const counts = { unclear: 0, other: 0 };
  let columns: ReadonlyMap<string, number> | undefined;
  let hasEnded = false;
  let promised: number | undefined;
  for (const { record, line } of recordsOf(text)) {
    const fields = record.map((field) => field.replaceAll(MARKS, ''));
    const [first = ''] = fields;
    if (columns === undefined) {
      if (format.columns.every((name) => fields.includes(name))) columns = indexOf(fields);
    } else if (hasEnded) {
      const count = format.rowsIn(fields);
      if (count !== undefined) promised = (promised ?? 0) + count;
    } else if (format.end.test(first)) hasEnded = true;
    else if (!first.startsWith('#')) {
      const row = format.rowOf(fieldsOf(fields, columns), line);
      if (typeof row === 'string') counts[row] += 1;
      else rows.push(row);
    }
  }
  if (columns === undefined) {
    const names = format.columns.join(', ');
    throw new ReconcileFailure('missing_column', `No line has the columns of such a bill: ${names}.`);
  }
  const all = rows.length + counts.unclear + counts.other;
  if (!hasEnded || (promised !== undefined && promised !== all)) {
    const wanted = promised === undefined ? 'no totals' : `${promised} rows by its totals`;
    throw new ReconcileFailure(
      'incomplete_statement',
      `The bill has ${wanted}, and ${all} rows. Was it cut off? Download it again.`,
    );
  }
  return { rows, unclear: counts.unclear, others: counts.other };
}

interface BillRecord {
  readonly record: readonly string[];
  readonly line: number;
}

function recordsOf(text: string): readonly BillRecord[] {
  try {
    const parsed = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return parsed.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (error) {
    throw new ReconcileFailure('not_csv', `The bill is no CSV: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function indexOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, at) => [name, at]));
}

/** The first of these columns that the bill has. */
function fieldsOf(fields: readonly string[], columns: ReadonlyMap<string, number>) {
  return (...names: readonly string[]) => {
    const at = names.map((name) => columns.get(name)).find((index) => index !== undefined);
    return at === undefined ? '' : (fields[at] ?? '');
  };
}

/** GBK is no UTF-8: one wrong byte tells. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES) return await readFile(path);
  } catch (error) {
    const { message } = error as Error;
    throw new ReconcileFailure('unreadable_ledger', `The bill cannot be read: ${message}.`, { cause: error });
  }
  throw new ReconcileFailure('unreadable_ledger', `${path} is larger than 256 MB. Compare it in parts.`);
}
