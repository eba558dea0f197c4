import { describe, expect, it } from 'vitest';
import { useLedgerCommand } from './ledger-command.ts';

describe('reconciling a ledger', () => {
  const setup = useLedgerCommand();
  const { list, close, run, events } = setup;

  it('takes the statement of a day as it is', async () => {
    await list(600, 50_000);
    await close(17 * 60);
    await setup.world.stateDays();
    const { json } = await setup.world.call(setup.demo.receiver, 'GET /v1/statements/2026-11-20');
    const statement = Buffer.from(setup.world.files.get(new URL(json.url).pathname) ?? []).toString('utf8');
    const { status, lines } = await run(statement);
    expect(status).toBe(0);
    expect(events(lines)[0]).toMatchObject({ from: json.from, to: json.to, rows: 600, windows: 288 });

    const cut = statement.split('\r\n').slice(0, -2).join('\r\n');
    expect(await run(cut)).toMatchObject({
      status: 2,
      said: expect.stringContaining('600 rows, but has 599'),
    });
    const changed = statement.replace(',1999,CNY,', ',1998,CNY,').replace(',7,CNY,', ',8,CNY,');
    expect(await run(changed)).toMatchObject({
      status: 2,
      said: expect.stringContaining('incomplete_statement'),
    });
    const other = await setup.world.merchant('other');
    expect(await run(statement, { connection: { key: other.receiver, secret: other.secret } })).toMatchObject(
      {
        status: 2,
        said: expect.stringContaining('other_merchant'),
      },
    );
  });
});
