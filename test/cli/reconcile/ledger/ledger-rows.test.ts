import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeContentSchema, transactionIdSchema, versionSchema } from '../../../../lib/core/model.ts';
import { ReconcileFailure } from '../../../../lib/ledger/ledger-failure.ts';
import { line, NAMES, places, TIME, useLedgerFile } from './ledger-file.ts';

const { read } = useLedgerFile();

describe('a ledger', () => {
  it('is read with everything that is compared', async () => {
    const text = `${NAMES}\n${line('pay_1', { version: '2', listedAt: '2026-11-20T16:00:00.5+08:00' })}\n`;
    expect((await read(text)).rows).toEqual([
      {
        transactionId: 'pay_1',
        version: 2,
        transactionType: 'payment',
        status: 'SUCCEEDED',
        amount: 1999,
        currency: 'CNY',
        listedMs: Date.parse('2026-11-20T08:00:00.500Z'),
        line: 2,
      },
    ]);
  });

  it.each([
    ['lines that end with LF', (text: string) => text],
    ['lines that end with CR LF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['lines that end now so, now so', (text: string) => text.replace('\n', '\r\n')],
    ['a byte-order mark', (text: string) => `\ufeff${text}`],
    ['no end of its last line', (text: string) => text.trimEnd()],
    ['the line with which Excel says what parts the fields', (text: string) => text.replace('', 'sep=,\r\n')],
    ['every field in quotes', (text: string) => text.replace(/[^,\n]+/g, '"$&"')],
  ])('may have %s', async (_, change) => {
    const text = change([NAMES, line('a'), line('b'), line('c'), ''].join('\n'));
    const shift = text.startsWith('sep') ? 1 : 0;
    expect(places((await read(text)).rows)).toEqual([`a@${2 + shift}`, `b@${3 + shift}`, `c@${4 + shift}`]);
  });

  it('may have a byte-order mark of UTF-16', async () => {
    const text = `\ufeff${NAMES}\n${line('a')}\n`;
    expect(places((await read(Buffer.from(text, 'utf16le'))).rows)).toEqual(['a@2']);
  });

  it('names the line on which a row begins, also after line breaks in quotes and empty lines', async () => {
    const broken = line('b', { reference: '"two\nlines,\r\nand a ""third"""' });
    const text = [NAMES, line('a'), broken, '', line('c'), '', '', line('d')].join('\r\n');
    expect(places((await read(text)).rows)).toEqual(['a@2', 'b@3', 'c@7', 'd@10']);
  });

  it('may have its columns in any order, and others beside them', async () => {
    const text = `note,listedAt,currency,amount,status,version,transactionId\n"x, y",${TIME},CNY,5,FAILED,1,pay_1\n`;
    expect((await read(text)).rows).toMatchObject([
      { transactionId: 'pay_1', amount: 5, status: 'FAILED', transactionType: '' },
    ]);
  });

  it('leaves out what is pending, and counts it', async () => {
    const text = [NAMES, line('a', { status: 'PENDING', listedAt: '' }), line('b')].join('\n');
    const { rows, pending } = await read(text);
    expect([places(rows), pending]).toEqual([['b@3'], 1]);
  });

  it('hands over the lines before the names, which begin with #', async () => {
    const { head, rows } = await read(`#tidings-statement,1\r\n#rows,1\r\n${NAMES}\r\n${line('a')}\r\n`);
    expect(head).toEqual([
      ['#tidings-statement', '1'],
      ['#rows', '1'],
    ]);
    expect(places(rows)).toEqual(['a@4']);
  });

  it('takes exactly the ids, versions, statuses and amounts that outcomes have', async () => {
    const { status, amount } = outcomeContentSchema().shape;
    const takes = async (changes: Readonly<Record<string, string>>) => {
      try {
        const { rows, pending } = await read(`${NAMES}\n${line('x', changes)}\n`);
        return rows.length + pending === 1;
      } catch (error) {
        if (error instanceof ReconcileFailure && error.code === 'invalid_field') return false;
        throw error;
      }
    };
    const text = fc.string({ unit: fc.constantFrom(...'azAZ09_:-. /+'), maxLength: 66 });
    const number = fc.oneof(fc.nat().map(String), fc.maxSafeInteger().map(String), fc.double().map(String));
    await fc.assert(
      fc.asyncProperty(text, number, async (id, digits) => {
        expect(await takes({ transactionId: id })).toBe(transactionIdSchema().safeParse(id).success);
        expect(await takes({ amount: digits })).toBe(
          /^\d/.test(digits) && amount.safeParse(Number(digits)).success && String(Number(digits)) === digits
            ? !/[.e]/.test(digits)
            : false,
        );
        const version = digits.slice(0, 1);
        expect(await takes({ version })).toBe(versionSchema().safeParse(Number(version)).success);
      }),
      { numRuns: 50 },
    );
    for (const name of ['PENDING', 'SUCCEEDED', 'FAILED', 'CLOSED', 'succeeded', 'DONE', '']) {
      expect([name, await takes({ status: name })]).toEqual([name, status.safeParse(name).success]);
    }
  });
});
