import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse';
import { type Columns, columnsOf, type LedgerRow, rowOf } from './columns.ts';
import { ReconcileFailure } from './failure.ts';

/** Reads a ledger as a stream: what is held does not grow with the file. */

/** Characters of one record at most: a quote that is never closed must not swallow the rest of the file. */
const MAX_RECORD = 64 * 1024;
/** Lines that may stand before the names of the columns, which a statement's do. */
const MAX_HEAD = 20_000;

export interface Ledger {
  readonly path: string;
  readonly bytes: number;
}

/** The lines before the columns' names, which begin with `#`. */
export type Head = readonly (readonly string[])[];

export interface Reading {
  readonly head: Head;
  /** Records that were still pending, and so in no window. */
  readonly pending: number;
}

/** @throws ReconcileFailure where there is no such file */
export async function openLedger(path: string): Promise<Ledger> {
  try {
    const found = await stat(path);
    if (found.isFile()) return { path, bytes: found.size };
  } catch (cause) {
    throw new ReconcileFailure('unreadable_ledger', `There is no ledger ${path}.`, { cause });
  }
  throw new ReconcileFailure('unreadable_ledger', `${path} is no file; a ledger is read twice.`);
}

/**
 * Every row, in the order of the file.
 *
 * @param onBytes told how far it got
 * @throws ReconcileFailure with the line, at the first thing that is wrong
 */
export async function readLedger(
  ledger: Ledger,
  options: {
    readonly needsType: boolean;
    readonly onRow: (row: LedgerRow) => void;
    readonly onBytes: (bytes: number) => void;
  },
): Promise<Reading> {
  const head: (readonly string[])[] = [];
  let columns: Columns | undefined;
  let width = 0;
  let pending = 0;
  const lines = lineCounter();
  const take = (fields: readonly string[], endLine: number) => {
    const at = { line: lines.startOf(fields, endLine), needsType: options.needsType };
    if (columns === undefined) {
      if (fields[0]?.startsWith('#') && head.length < MAX_HEAD) return void head.push(fields);
      columns = columnsOf(fields, at);
      width = fields.length;
      return;
    }
    if (fields.length !== width) throw wrongWidth(at.line, fields.length, width);
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
      'The ledger is empty: it has not even the names of columns.',
    );
  }
  return { head, pending };
}

/** Where records begin. The parser says where they end, and counts a CR LF within quotes twice. */
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
  // A pipe does not pass errors on.
  file.once('error', (error) => parser.destroy(error));
  return parser;
}

function wrongWidth(line: number, fields: number, width: number): ReconcileFailure {
  return new ReconcileFailure(
    'wrong_number_of_fields',
    `Line ${line} has ${fields} fields where the columns' names are ${width}.`,
  );
}

/** What the parser says of a line, in words for whoever wrote the file. */
const SAID: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote was opened before and is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something follows a closing quote; a quote within quotes is written twice',
  INVALID_OPENING_QUOTE: 'a quote stands within a field that does not begin with one',
  CSV_MAX_RECORD_SIZE: `a record is longer than ${MAX_RECORD} characters; a quote may have been opened before and never closed`,
};

function failureOf(error: unknown): unknown {
  if (error instanceof CsvError) {
    const { lines } = error as { readonly lines?: number };
    return new ReconcileFailure(
      'not_csv',
      `Line ${lines}: ${SAID[error.code] ?? error.message.replace(/\.$/, '')}.`,
      {
        cause: error,
      },
    );
  }
  if (error instanceof Error && 'syscall' in error) {
    return new ReconcileFailure('unreadable_ledger', `The ledger cannot be read: ${error.message}.`, {
      cause: error,
    });
  }
  return error;
}
