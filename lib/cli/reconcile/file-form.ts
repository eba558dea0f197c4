import { open } from 'node:fs/promises';
import { ReconcileFailure } from './failure.ts';

/** What can be said of a file before it is read as CSV: most files that are none come out of a spreadsheet. */

/** Bytes that are looked at: the lines before the columns' names, and those. */
const HEAD_BYTES = 64 * 1024;

const SAVE_AS = 'Save it as "CSV UTF-8 (comma delimited)"';

/** What files of other kinds begin with. */
const SIGNATURES: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'an Excel workbook or a ZIP archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook'],
  [[0x1f, 0x8b], 'compressed with gzip'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
  [[0xfe, 0xff], 'UTF-16, big-endian'],
];

/** Delimiters that spreadsheets write where a comma is the decimal sign. */
const OTHERS: readonly (readonly [string, string])[] = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
];

/** @throws ReconcileFailure where the file is no CSV, or one with another delimiter */
export async function assertCsv(path: string, known: readonly string[]): Promise<void> {
  const bytes = await headOf(path);
  for (const [signature, what] of SIGNATURES) {
    if (!signature.every((byte, at) => bytes[at] === byte)) continue;
    throw new ReconcileFailure('not_csv', `Line 1: the file is ${what}, not CSV. ${SAVE_AS}, and use that.`);
  }
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isWide && bytes.includes(0)) {
    throw new ReconcileFailure(
      'not_csv',
      `Line 1: the file has bytes that are not text, or is UTF-16 without a byte order mark. ${SAVE_AS}, and use that.`,
    );
  }
  assertDelimiter(linesOf(bytes.toString(isWide ? 'utf16le' : 'utf8')), known);
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function linesOf(text: string): readonly string[] {
  return text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
}

/** The names of the columns tell: parted by the right delimiter, they are known ones. */
function assertDelimiter(lines: readonly string[], known: readonly string[]): void {
  const hint = /^"?sep=(.)"?$/i.exec(lines[0] ?? '')?.[1];
  const at = lines.findIndex((line) => line.trim() !== '' && !/^"?(#|sep=)/i.test(line));
  const names = lines[at] ?? '';
  const knownOf = (delimiter: string) =>
    names.split(delimiter).filter((name) => known.includes(name.replace(/^[\s"]+|[\s"]+$/g, ''))).length;
  const [delimiter, word] =
    OTHERS.find(([other]) => knownOf(other) > Math.max(1, knownOf(','))) ??
    OTHERS.find(([other]) => other === hint && knownOf(',') < 2) ??
    [];
  if (delimiter === undefined) return;
  throw new ReconcileFailure(
    'missing_column',
    `Line ${at + 1}: the fields are separated by ${JSON.stringify(delimiter)} (${word}); a ledger needs commas.`,
    {
      hints: [
        `${SAVE_AS}, or export it with commas. Do not only replace the ${word}: a field with a comma in it needs quotes.`,
      ],
    },
  );
}
