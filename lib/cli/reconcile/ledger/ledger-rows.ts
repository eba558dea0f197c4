import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse';
import { COLUMN_NAMES, type Columns, columnsOf, type LedgerRow, rowOf } from '../../../ledger/columns.ts';
import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import { assertCsv } from './file-form.ts';

/** Reads a ledger as a stream. Memory does not grow with the file. */

/** Maximum characters of one record. An unclosed quote must not swallow the rest of the file. */
const MAX_RECORD = 64 * 1024;
/** Maximum lines before the column names. A statement has such lines. */
const MAX_HEAD = 20_000;

/** The ledger's name of a column, and ours. */
export type ColumnNames = ReadonlyMap<string, string>;

export interface Ledger {
  readonly path: string;
  readonly names: ColumnNames;
  readonly bytes: number;
}

/** The lines before the column names. They start with `#`. */
export type Head = readonly (readonly string[])[];

export interface Reading {
  readonly head: Head;
  /** Rows that are still PENDING. They are in no window. */
  readonly pending: number;
}

/** @throws ReconcileFailure if the file cannot be read or is not CSV */
export async function openLedger(path: string, names: ColumnNames = new Map()): Promise<Ledger> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw noFile(path, found.isDirectory());
    await assertCsv(path, [...COLUMN_NAMES, ...names.keys()]);
    return { path, names, bytes: found.size };
  } catch (error) {
    throw failureOf(error);
  }
}

function noFile(path: string, isDirectory: boolean): ReconcileFailure {
  return new ReconcileFailure(
    'unreadable_ledger',
    isDirectory
      ? `${path} is a directory. Give a file.`
      : `${path} is not a regular file, but a ledger is read twice. Write it to a file first, then pass that file.`,
  );
}

export interface LedgerReader {
  readonly needsType: boolean;
  readonly onRow: (row: LedgerRow) => void;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Passes every row to `onRow`, in the order of the file.
 *
 * @param onBytes receives the bytes read so far
 * @throws ReconcileFailure with the line number, at the first error
 */
export async function readLedger(ledger: Ledger, options: LedgerReader): Promise<Reading> {
  const head: (readonly string[])[] = [];
  let columns: Columns | undefined;
  let width = 0;
  let pending = 0;
  const lines = lineCounter();
  const take = (fields: readonly string[], endLine: number) => {
    const at = { line: lines.startOf(fields, endLine), needsType: options.needsType };
    if (columns === undefined) {
      // Excel's `sep=` line names the delimiter. `assertCsv` has already checked the delimiter.
      if (at.line === 1 && /^sep=/i.test(fields[0] ?? '')) return;
      if (fields[0]?.startsWith('#') && head.length < MAX_HEAD) return void head.push(fields);
      columns = columnsOf(renamed(fields, ledger.names), at);
      width = fields.length;
      return;
    }
    if (fields.length !== width) throw wrongWidth(at.line, fields, width);
    const row = rowOf(fields, columns, at);
    if (row === undefined) pending += 1;
    else options.onRow(row);
  };
  const file = createReadStream(ledger.path, { highWaterMark: 256 * 1024 });
  try {
    for await (const { record, info } of file.pipe(openParser(file))) {
      take(record as string[], (info as { readonly lines: number }).lines);
      options.onBytes(file.bytesRead);
    }
  } catch (error) {
    throw failureOf(error);
  } finally {
    file.destroy();
  }
  if (columns === undefined) {
    throw new ReconcileFailure(
      'missing_column',
      'The ledger is empty: line 1 must have the names of the columns. Was the export complete?',
    );
  }
  return { head, pending };
}

/** The names as ours. A column that has one of our names already, and is not the one that was meant, is ignored. */
function renamed(fields: readonly string[], names: ColumnNames): readonly string[] {
  const meant = new Set(names.values());
  return fields.map((field) => names.get(field.trim()) ?? (meant.has(field.trim()) ? '' : field));
}

/** Finds the line on which a record starts. The parser gives its last line, and counts a CR LF within quotes twice. */
function lineCounter(): { startOf(fields: readonly string[], endLine: number): number } {
  let lastEnd = 0;
  let countedTwice = 0;
  return {
    startOf(fields, endLine) {
      const mayHaveBreaks = endLine - lastEnd > 1;
      lastEnd = endLine;
      if (!mayHaveBreaks) return endLine - countedTwice;
      const text = fields.join();
      const breaks = text.match(/[\r\n]/g)?.length ?? 0;
      const start = endLine - countedTwice - breaks;
      countedTwice += text.match(/\r\n/g)?.length ?? 0;
      return start;
    },
  };
}

function openParser(file: ReadStream) {
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: MAX_RECORD,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // `pipe` does not forward errors.
  file.once('error', (error) => parser.destroy(error));
  return parser;
}

function wrongWidth(line: number, fields: readonly string[], width: number): ReconcileFailure {
  const why =
    fields.length > width
      ? 'A field that contains a comma needs quotes, and amounts have no separators: 1,237 is 1237.'
      : 'Was the file cut off here, or are the fields not separated by commas?';
  return new ReconcileFailure(
    'wrong_number_of_fields',
    `Line ${line} has ${fields.length} fields, but there are ${width} column names.`,
    { hints: [why] },
  );
}

/** The parser's errors in plain words, for the person who wrote the file. */
const MESSAGES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote was opened earlier and is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'there is text after a closing quote; write a quote within quotes twice',
  INVALID_OPENING_QUOTE: 'there is a quote inside a field that does not start with one',
  CSV_MAX_RECORD_SIZE: `a record is longer than ${MAX_RECORD} characters; an earlier quote may never have been closed`,
};

function failureOf(error: unknown): unknown {
  if (error instanceof CsvError) {
    const { lines } = error as { readonly lines?: number };
    return new ReconcileFailure(
      'not_csv',
      `Line ${lines}: ${MESSAGES[error.code] ?? error.message.replace(/\.$/, '')}.`,
      {
        cause: error,
      },
    );
  }
  if (error instanceof Error && 'syscall' in error) {
    return new ReconcileFailure('unreadable_ledger', unreadable(error as NodeJS.ErrnoException), {
      cause: error,
    });
  }
  return error;
}

function unreadable({ code, path, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return `There is no ledger ${path}. Check --ledger; the path is relative to the directory in which npm was started.`;
    case 'EACCES':
      return `This user may not read the ledger ${path}. Change its permissions, or copy it.`;
    default:
      return `The ledger cannot be read: ${message}.`;
  }
}
