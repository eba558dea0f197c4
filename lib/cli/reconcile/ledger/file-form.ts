import { open } from 'node:fs/promises';
import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';

/** Checks the form of a file before it is parsed as CSV. Most files that are not CSV come from a spreadsheet. */

/** Bytes to check: enough for the lines before the column names, and the names themselves. */
const HEAD_BYTES = 64 * 1024;

const SAVE_AS = 'Save it as "CSV UTF-8 (comma delimited)"';

/** First bytes of other file formats. */
const SIGNATURES: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'an Excel workbook or a ZIP archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook'],
  [[0x1f, 0x8b], 'compressed with gzip'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
  [[0xfe, 0xff], 'UTF-16, big-endian'],
];

/** Delimiters that spreadsheets write in locales with a decimal comma. */
const OTHERS: readonly (readonly [string, string])[] = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
];

/** @throws ReconcileFailure if the file is not CSV or uses another delimiter */
export async function assertCsv(path: string, known: readonly string[]): Promise<void> {
  const bytes = await headOf(path);
  for (const [signature, what] of SIGNATURES) {
    if (!signature.every((byte, at) => bytes[at] === byte)) continue;
    throw new ReconcileFailure(
      'not_csv',
      `Line 1: the file is ${what}, not CSV. ${SAVE_AS}, then pass the new file.`,
    );
  }
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isWide && bytes.includes(0)) {
    throw new ReconcileFailure(
      'not_csv',
      `Line 1: the file has bytes that are not text, or is UTF-16 without a byte order mark. ${SAVE_AS}, then pass the new file.`,
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

/** Finds the delimiter by the column names: split at the right one, they are known names. */
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
        `${SAVE_AS}, or export it with commas. Do not just replace the ${word}: a field that contains a comma needs quotes.`,
      ],
    },
  );
}
