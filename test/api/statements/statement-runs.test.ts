import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { START_MS } from '../../support/world.ts';
import { DEMO, NEXT_DAY, useStatements } from './statement-world.ts';

describe('the statement of a day', () => {
  const setup = useStatements();
  const { ask, put, list, closeUntil, stateUntil, told, statementOf, idsOf, readSlowly } = setup;

  describe('where a run dies', () => {
    it.each(['before the file', 'after the file', 'after the item'])(
      '%s, is made by the next, once',
      async (when) => {
        await put('pay_1');
        const { files, statements } = setup.world.ports;
        const [write, save] = [files.write, statements.save];
        const die = () => Promise.reject(new Error('the process died'));
        if (when === 'before the file') files.write = die;
        if (when === 'after the file') statements.save = die;
        if (when === 'after the item') statements.save = async (...args) => (await save(...args)) && die();
        await stateUntil(NEXT_DAY);
        expect(told('statement_failed')).toHaveLength(1);
        Object.assign(files, { write });
        Object.assign(statements, { save });
        await setup.world.stateDays();
        await setup.world.stateDays();
        const { rows, sha256, text } = await statementOf('2026-11-20');
        expect(idsOf(rows)).toEqual(['pay_1']);
        expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
        expect(await setup.world.ports.statements.newest(DEMO, 10)).toHaveLength(1);
      },
    );

    it('holds up no other merchant', async () => {
      await put('pay_1');
      const others = await Promise.all(
        Array.from({ length: 20 }, (_, index) => setup.world.merchant(`other-${index}`)),
      );
      const { files } = setup.world.ports;
      const { write } = files;
      files.write = (file, pieces) =>
        file.startsWith('demo/') ? Promise.reject(new Error('refused')) : write(file, pieces);
      await stateUntil(NEXT_DAY);
      for (const { receiver } of others) expect((await ask('2026-11-20', receiver)).status).toBe(200);
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      files.write = write;
      await setup.world.stateDays();
      expect((await ask('2026-11-20')).status).toBe(200);
    });
  });

  it('is one, where two runs make it at the same time', async () => {
    await put('pay_1');
    await closeUntil(NEXT_DAY);
    await Promise.all([setup.world.stateDays(), setup.world.stateDays()]);
    const [statement, ...others] = await setup.world.ports.statements.newest(DEMO, 10);
    expect(others).toEqual([]);
    expect(told('statement_made')).toHaveLength(1);
    const { sha256, text } = await statementOf('2026-11-20');
    expect([sha256, statement?.sha256]).toEqual(
      Array(2).fill(createHash('sha256').update(text).digest('hex')),
    );
  });

  it('is not begun where the time is over', async () => {
    await closeUntil('2026-11-24T00:20:00Z');
    readSlowly();
    await setup.world.stateDays(setup.world.time.nowMs + 45_000);
    expect(await setup.world.ports.statements.newest(DEMO, 10)).toHaveLength(2);
    await setup.world.stateDays();
    expect(await setup.world.ports.statements.newest(DEMO, 10)).toHaveLength(4);
  });

  it('waits for the next run where the time is over, and comes first then', async () => {
    await list(Array.from({ length: 2_000 }, (_, index) => new Date(START_MS + index * 1_000).toISOString()));
    await closeUntil('2026-11-23T00:20:00Z');
    readSlowly();
    await setup.world.stateDays(setup.world.time.nowMs + 45_000);
    expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
    expect(told('statement_failed')).toEqual([]);
    await setup.world.stateDays(setup.world.time.nowMs + 600_000);
    expect((await statementOf('2026-11-20')).rows).toHaveLength(2_000);
    await setup.world.stateDays();
    expect(await setup.world.ports.statements.newest(DEMO, 10)).toHaveLength(3);
  });

  it('begins with the first whole day within the retention, of a merchant that was there long before', async () => {
    await closeUntil('2026-11-20T09:00:00Z');
    setup.world.time.nowMs = Date.parse('2027-06-01T12:00:00Z');
    for (const partition of Array(16).keys()) {
      const mark = { through: '2027-06-01T11:55:00.000Z', windowSeconds: 300 };
      await setup.world.ports.directory.saveMark(partition, 'closed', mark);
    }
    for (let run = 0; run < 30; run += 1) await setup.world.stateDays();
    const statements = await setup.world.ports.statements.newest(DEMO, 200);
    expect([statements.at(-1)?.date, statements[0]?.date]).toEqual(['2027-03-04', '2027-05-31']);
    expect((await ask('2027-03-03')).json.code).toBe('unknown_statement');
  });
});
