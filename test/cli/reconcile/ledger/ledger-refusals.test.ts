import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../../lib/cli/reconcile/ledger/ledger-rows.ts';
import type { ReconcileFailure } from '../../../../lib/ledger/ledger-failure.ts';
import { line, NAMES, quotedWhereNeeded, useLedgerFile } from './ledger-file.ts';

const { directory, read } = useLedgerFile();

describe('a ledger is refused, with the line,', () => {
  const refusal = async (content: string | Uint8Array, needsType = false) => {
    const { code, message } = await read(content, needsType).then(
      () => ({ code: 'read', message: '' }),
      (error: unknown) => error as ReconcileFailure,
    );
    return [code, message] as const;
  };
  const withFields = (changes: Readonly<Record<string, string>>) =>
    [NAMES, line('a'), line('b', quotedWhereNeeded(changes)), ''].join('\n');

  it.each([
    ['transactionId', 'pay 1'],
    ['transactionId', '=1+1'],
    ['version', '3'],
    ['status', 'PAID'],
    ['amount', '19.99'],
    ['amount', '-1'],
    ['amount', '1e3'],
    ['amount', '9007199254740993'],
    ['currency', 'yuan'],
    ['transactionType', 'Payment'],
    ['listedAt', '2026-11-20 08:00:00'],
    ['listedAt', '2026-11-20T08:00:00'],
    ['listedAt', '2026-13-20T08:00:00Z'],
    ['listedAt', '2026-11-31T08:00:00Z'],
    ['listedAt', '2026-02-29T08:00:00Z'],
    ['listedAt', '2026-11-20T24:00:00Z'],
    ['listedAt', '2026-11-20T23:59:60Z'],
    ['listedAt', '2026-11-20T08:00:00+24:00'],
    ['listedAt', '2026-11-20T08:00:00+0800'],
    ['listedAt', '2026-11-20T08:00Z'],
    ['listedAt', '2026-11-20'],
    ['listedAt', '20/11/2026 08:00'],
    ['amount', '1237.0'],
    ['amount', '1 237'],
    ['amount', '12,37'],
    ['amount', '¥12'],
    ['amount', '007'],
    ['listedAt', ''],
  ])('where %s is %j', async (column, value) => {
    const [code, message] = await refusal(withFields({ [column]: value }));
    expect(code).toBe('invalid_field');
    expect(message).toContain(`Line 3: ${column} is ${JSON.stringify(value)}, not `);
  });

  it.each([
    ['fewer fields than names', [NAMES, line('a'), 'b,1,payment'].join('\n'), 'Line 3 has 3 fields'],
    [
      'more fields than names',
      [NAMES, line('a'), line('b'), `${line('c')},x`].join('\n'),
      'Line 4 has 10 fields',
    ],
  ])('where a line has %s', async (_, text, said) => {
    const [code, message] = await refusal(text);
    expect([code, message]).toEqual(['wrong_number_of_fields', expect.stringContaining(said)]);
  });

  it.each([
    ['a quote that is never closed', [NAMES, line('a', { reference: '"x' }), line('b')].join('\n')],
    [
      'a quote that swallows the rest',
      [NAMES, line('a', { reference: '"x' }), ...Array(2_000).fill(line('b'))].join('\n'),
    ],
    ['a quote within a field', [NAMES, line('a', { reference: 'x"y"' })].join('\n')],
    ['something behind a closing quote', [NAMES, line('a', { reference: '"x"y' })].join('\n')],
    ['no text at all', Buffer.alloc(100_000)],
  ])('where it has %s', async (_, content) => {
    expect(await refusal(content)).toEqual(['not_csv', expect.stringMatching(/^Line \d+: /)]);
  });

  it('where a column is missing, and says what to do about listedAt', async () => {
    const [code, message] = await refusal(`${NAMES.replace('listedAt', 'time').replace('amount,', '')}\n`);
    expect(code).toBe('missing_column');
    expect(message).toContain('Line 1 has no column amount, listedAt');
    expect(message).toContain('GET /v1/statements/{date}');
  });

  it.each([
    ['semicolons', (text: string) => text.replaceAll(',', ';'), 1],
    ['tabs', (text: string) => text.replaceAll(',', '\t'), 1],
    ['vertical bars', (text: string) => text.replaceAll(',', '|'), 1],
    ['semicolons', (text: string) => `sep=;\r\n${text.replaceAll(',', ';')}`, 2],
    ['semicolons', (text: string) => `\ufeff${text.replaceAll(',', ';')}`, 1],
    ['semicolons', (text: string) => text.replace(/[^,\n]+/g, '"$&"').replaceAll(',', ';'), 1],
    [
      'semicolons',
      (text: string) => text.replaceAll(',', ';').replace('reference', '"our reference, theirs"'),
      1,
    ],
    ['semicolons', (text: string) => `#tidings-statement;1\r\n#rows;1\r\n${text.replaceAll(',', ';')}`, 3],
  ])('where fields are parted by %s, however it was exported', async (word, change, at) => {
    const [code, message] = await refusal(change([NAMES, line('a'), ''].join('\n')));
    expect(code).toBe('missing_column');
    expect(message).toMatch(new RegExp(`^Line ${at}: the fields are separated by ".{1,2}" \\(${word}\\)`));
    expect(message).toContain('Save it as "CSV UTF-8 (comma delimited)"');
  });

  it('where tabs part the fields of a file in UTF-16', async () => {
    const text = `\ufeff${[NAMES, line('a')].join('\n').replaceAll(',', '\t')}`;
    expect((await refusal(Buffer.from(text, 'utf16le')))[1]).toContain('separated by "\\t" (tabs)');
  });

  it.each([
    ['a workbook', Buffer.from('PK\u0003\u0004and so on'), 'an Excel workbook'],
    ['big-endian UTF-16', Buffer.from(`\ufeff${NAMES}`, 'utf16le').swap16(), 'UTF-16, big-endian'],
    ['UTF-16 without a mark', Buffer.from(NAMES, 'utf16le'), 'UTF-16 without a byte order mark'],
    ['compressed', Buffer.from([0x1f, 0x8b, 8, 0]), 'compressed with gzip'],
  ])('where it is %s', async (_, bytes, said) => {
    const [code, message] = await refusal(bytes);
    expect([code, message]).toEqual(['not_csv', expect.stringContaining(said)]);
    expect(message).toMatch(/^Line 1: .*Save it as/);
  });

  it.each([
    ['transactionId', 'Transaction ID'],
    ['listedAt', 'LISTEDAT'],
    ['amount', 'Amount'],
  ])('where the column %s is called %s', async (column, name) => {
    const [code, message] = await refusal(`${NAMES.replace(column, name)}\n`);
    expect(code).toBe('missing_column');
    expect(message).toContain(`Line 1 has no column ${column}`);
    expect(message).toContain(`Rename "${name}" to ${column}.`);
  });

  it('where it has no names of columns', async () => {
    const [code, message] = await refusal(`${line('a')}\n${line('b')}\n`);
    expect([code, message]).toEqual([
      'missing_column',
      expect.stringContaining('If line 1 is a row already'),
    ]);
  });

  it('where an amount has a separator and no quotes', async () => {
    const [code, message] = await refusal(withFields({ amount: '1,237' }).replace('"1,237"', '1,237'));
    expect(code).toBe('wrong_number_of_fields');
    expect(message).toMatch(/^Line 3 has 10 fields, .*\n.*1,237 is 1237/);
  });

  it('where a column occurs twice', async () => {
    expect(await refusal(`${NAMES},amount\n`)).toEqual([
      'repeated_column',
      expect.stringContaining('amount'),
    ]);
  });

  it('where the types are asked for and not there', async () => {
    const [code, message] = await refusal(NAMES.replace('transactionType,', ''), true);
    expect([code, message]).toEqual(['missing_column', expect.stringContaining('transactionType')]);
  });

  it('where it is empty', async () => {
    expect((await refusal(''))[0]).toBe('missing_column');
    expect((await refusal('\n\n'))[0]).toBe('missing_column');
    expect((await refusal('\ufeff'))[1]).toContain('line 1 must have the names of the columns');
  });

  it('where the file does not exist', async () => {
    await expect(openLedger(join(directory, 'nowhere.csv'))).rejects.toMatchObject({
      code: 'unreadable_ledger',
    });
    await expect(openLedger(directory)).rejects.toMatchObject({
      code: 'unreadable_ledger',
      message: expect.stringContaining('is a directory. Give a file.'),
    });
    await expect(openLedger('/dev/null')).rejects.toMatchObject({
      code: 'unreadable_ledger',
      message: expect.stringContaining('Write it to a file first'),
    });
  });
});
