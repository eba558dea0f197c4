import Papa from 'papaparse';
import { type Columns, columnsOf, type LedgerRow, rowOf } from '../../../ledger/columns.ts';
import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';

/** Reads a ledger of any size as a stream. Nothing of it is kept here. */

export interface Reading {
  /** Called for each row but a PENDING, which is in no window. */
  readonly onRow: (row: LedgerRow) => void;
  /** The part of the file that was read: 0 to 1. */
  readonly onProgress: (part: number) => void;
}

export interface LedgerForm {
  /** Whether rows have `listedAt`. */
  readonly hasTimes: boolean;
  readonly hasTypes: boolean;
  readonly rows: number;
  readonly pending: number;
}

/** First bytes of files that are no text. */
const OTHER_FORMATS: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'an Excel workbook or a ZIP archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook'],
  [[0x1f, 0x8b], 'compressed with gzip'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
  [[0xfe, 0xff], 'UTF-16'],
  [[0xff, 0xfe], 'UTF-16'],
];
const HEAD_BYTES = 64 * 1024;
/** A record that is longer is a quote that was never closed. */
const MAX_RECORD_CHARACTERS = 1024 * 1024;

/** @throws ReconcileFailure with the line, if the file is no ledger */
export async function readLedger(file: Blob, { onRow, onProgress }: Reading): Promise<LedgerForm> {
  const parser = new Papa.Parser({ ...(await dialectOf(file)), quoteChar: '"' });
  const counts = { rows: 0, pending: 0, line: 0, bytes: 0 };
  let columns: Columns | undefined;
  const take = (fields: readonly string[]) => {
    counts.line += 1;
    if (fields.length === 1 && (fields[0] ?? '').trim() === '') return;
    if (columns === undefined) {
      // Lines before the names: comments, as a statement has them, and the hint of spreadsheets.
      if (/^(#|sep=)/i.test(fields[0] ?? '')) return;
      columns = columnsOf(fields, { line: counts.line, needsType: false, needsTime: false });
      return;
    }
    const row = rowOf(fields, columns, {
      line: counts.line,
      needsType: false,
      needsTime: columns.has('listedAt'),
    });
    if (row === undefined) counts.pending += 1;
    else {
      counts.rows += 1;
      onRow(row);
    }
  };
  let rest = '';
  const takeText = (text: string, isLast: boolean) => {
    rest += text;
    const { data, meta } = parser.parse(rest, 0, !isLast) as Parsed;
    for (const fields of data) take(withoutReturn(fields));
    rest = isLast ? '' : rest.slice(meta.cursor);
    if (rest.length > MAX_RECORD_CHARACTERS) {
      throw new ReconcileFailure('not_csv', `Line ${counts.line + 1}: a quote is opened and never closed.`);
    }
  };
  const decoder = new TextDecoder();
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    counts.bytes += value.byteLength;
    takeText(decoder.decode(value, { stream: true }), false);
    onProgress(counts.bytes / file.size);
  }
  takeText(decoder.decode(), true);
  if (columns === undefined) throw new ReconcileFailure('missing_column', 'The file is empty.');
  const has = (name: 'listedAt' | 'transactionType') => columns?.has(name) === true;
  return {
    hasTimes: has('listedAt'),
    hasTypes: has('transactionType'),
    rows: counts.rows,
    pending: counts.pending,
  };
}

interface Parsed {
  readonly data: readonly (readonly string[])[];
  /** Where the record begins that is not complete yet. */
  readonly meta: { readonly cursor: number };
}

/** A file may have both kinds of line ends, as when two were joined. */
function withoutReturn(fields: readonly string[]): readonly string[] {
  const last = fields.at(-1) ?? '';
  return last.endsWith('\r') ? [...fields.slice(0, -1), last.slice(0, -1)] : fields;
}

interface Dialect {
  readonly delimiter: string;
  readonly newline: '\n' | '\r\n' | '\r';
}

/** Comma, semicolon, tab or bar, and the line end, by the first lines. */
async function dialectOf(file: Blob): Promise<Dialect> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const other = OTHER_FORMATS.find(([bytes]) => bytes.every((byte, at) => head[at] === byte));
  if (other !== undefined || head.includes(0)) {
    const what = other?.[1] ?? 'not text';
    throw new ReconcileFailure(
      'not_csv',
      `The file is ${what}. Save it as "CSV UTF-8", then drop the new file.`,
    );
  }
  const text = new TextDecoder().decode(head);
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '' && !/^(#|"?sep=)/i.test(line));
  const counted = [',', ';', '\t', '|'].map((one) => [one, (lines[0] ?? '').split(one).length] as const);
  const [delimiter] = counted.reduce((best, one) => (one[1] > best[1] ? one : best));
  const [newline] = /\r\n|\n|\r/.exec(text) ?? ['\n'];
  return { delimiter, newline: newline as Dialect['newline'] };
}
