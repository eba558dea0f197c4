import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FROM, textOf, useLedgerCommand } from './ledger-command.ts';

describe('a ledger with columns of its own', () => {
  const { list, close, run, found, file } = useLedgerCommand();
  const names = new Map([
    ['order no', 'transactionId'],
    ['cents', 'amount'],
  ]);

  it('is compared by the names that --map gives, and a column that has one of ours is ignored then', async () => {
    const rows = await list(30, 10_000);
    await close(60);
    const own = textOf(rows).replace('transactionId', 'order no').replace('amount', ' cents');
    expect((await run(own, { names })).status).toBe(0);
    const [head = '', ...lines] = own.split('\r\n');
    const twice = [`${head},amount`, ...lines.filter((line) => line !== '').map((line) => `${line},7`), ''];
    expect((await run(twice.join('\r\n'), { names })).status).toBe(0);
    expect(await run(own, { names: new Map([['cents', 'amount']]) })).toMatchObject({
      status: 2,
      said: expect.stringContaining('has no column transactionId'),
    });
  });

  it('has its differences written as CSV too, all at once, and none if it could not be compared', async () => {
    const rows = await list(30, 10_000);
    await close(60);
    const csv = `${file}.differences`;
    const { status, lines } = await run(rows.slice(2), { from: FROM, csv });
    expect([status, found(lines).length]).toEqual([1, 2]);
    const [head = '', ...written] = readFileSync(csv, 'utf8').trimEnd().split('\r\n');
    expect(head).toMatch(/^class,transactionId,window,line,tidings\.version,.*,ledger\.listedAt$/);
    expect(written.map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
      'only_here pay_0',
      'only_here pay_1',
    ]);
    const broken = `${file}.broken`;
    expect((await run('no ledger', { csv: broken })).status).toBe(2);
    expect([existsSync(broken), existsSync(`${broken}.part`)]).toEqual([false, false]);
    expect((await run(rows, { csv: '/nowhere/differences.csv' })).status).toBe(2);
  });
});
