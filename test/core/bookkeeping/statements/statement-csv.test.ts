import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  STATEMENT_COLUMNS,
  statementHead,
  statementRow,
} from '../../../../lib/core/bookkeeping/statements/statement-csv.ts';
import { createDigestSum } from '../../../../lib/core/feed/digest.ts';
import { isTerminal, type TerminalOutcome } from '../../../../lib/core/model.ts';
import { statement, succeeded } from '../../../adapters/support/samples.ts';

function row(changes: object = {}): TerminalOutcome {
  const outcome = succeeded(changes);
  if (!isTerminal(outcome)) throw new Error('A statement has terminal rows only.');
  return outcome;
}

/** Parsed with a third-party reader, for any number of fields. */
const read = (text: string): string[][] =>
  parse(text, { relax_column_count: true, record_delimiter: '\r\n' });

describe('a row of a statement', () => {
  it('has the columns in their order, and CR LF at its end', () => {
    const whole = row({ reference: 'ORDER-1' });
    expect(statementRow(whole)).toBe(
      'pay_1,1,payment,SUCCEEDED,1999,CNY,ORDER-1,2026-11-20T08:00:00.000Z,2026-11-20T08:00:00.000Z\r\n',
    );
    expect(Object.keys(STATEMENT_COLUMNS)).toHaveLength(9);
  });

  it('leaves the field empty where there is no reference', () => {
    expect(read(statementRow(row()))[0]?.[6]).toBe('');
  });

  it.each([
    ['a "quoted", order', '"a ""quoted"", order"'],
    ['=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ["'tis", "''tis"],
    ['a=b', 'a=b'],
  ])('writes the reference %s as %s', (reference, written) => {
    expect(statementRow(row({ reference })).split(',CNY,')[1]?.split(',2026-')[0]).toBe(written);
  });

  it.each([
    ['\t=1+1', "'\t=1+1"],
    ['\r=1+1', `"'\r=1+1"`],
    ['a\n=1+1', '"a\n=1+1"'],
  ])('keeps a row one row of a reference that no request could have: %j', (reference, written) => {
    const text = statementRow({ ...row(), reference });
    expect(text.split(',CNY,')[1]?.split(',2026-')[0]).toBe(written);
    expect(read(text)).toHaveLength(1);
  });

  it('reproduces its rows for any reference, and never begins a cell like a formula', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 64,
    });
    const reference = printable.filter((text) => text.trim() === text);
    fc.assert(
      fc.property(reference, fc.maxSafeNat(), (text, amount) => {
        const of = row({ reference: text, amount });
        const [fields = []] = read(statementRow(of));
        const kept = fields[6] ?? '';
        expect(kept).not.toMatch(/^[=+\-@]/);
        expect(kept.startsWith("'") ? kept.slice(1) : kept).toBe(text);
        const { transactionId, version, transactionType, status, currency, occurredAt, listedAt } = of;
        expect(fields.toSpliced(6, 1)).toEqual(
          [transactionId, version, transactionType, status, amount, currency, occurredAt, listedAt].map(
            String,
          ),
        );
      }),
    );
  });
});

describe('the head of a statement', () => {
  it('says what it is of and what follows, one record a line, then names the columns', () => {
    const sum = createDigestSum();
    for (const amount of [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]) sum.add(row({ amount }));
    sum.add(row({ status: 'FAILED', amount: 0 }));
    const records = read(statementHead(statement({ revision: 2, rows: 3 }), sum.groups()));
    const hashes = sum.groups().map(({ hash }) => hash);
    expect(records).toEqual([
      ['#tidings-statement', '1'],
      ['#merchantId', 'shop'],
      ['#date', '2026-11-20'],
      ['#timeZone', 'Asia/Shanghai'],
      ['#from', '2026-11-19T16:00:00.000Z'],
      ['#to', '2026-11-20T16:00:00.000Z'],
      ['#revision', '2'],
      ['#rows', '3'],
      ['#total', 'payment', 'FAILED', 'CNY', '1', '0', hashes[0]],
      ['#total', 'payment', 'SUCCEEDED', 'CNY', '2', '18014398509481982', hashes[1]],
      [...STATEMENT_COLUMNS],
    ]);
  });
});
