import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import { outcomeSchema } from '../../../lib/core/model.ts';
import { verified } from '../../support/verified.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';
import { DEMO, HOUR, MINUTE, NEXT_DAY, useStatements } from './statement-world.ts';

describe('the statement of a day', () => {
  const setup = useStatements();
  const { ask, put, setZone, list, stateUntil, told, fileOf, statementOf, idsOf } = setup;

  it('begins with the day of an outcome that a slow clock stamped before its merchant', async () => {
    setup.world = createWorld();
    setup.world.time.nowMs = Date.parse('2026-11-20T00:00:01Z');
    setup.demo = await setup.world.merchant('demo');
    await list(['2026-11-19T23:59:59Z']);
    await stateUntil('2026-11-20T00:20:00Z');
    const answer = await ask('2026-11-19');
    expect(answer.status).toBe(200);
    expect(fileOf(answer.json.url).rows).toHaveLength(1);
  });

  it('is one signed answer with a link that ends in five minutes, to a file with its hash', async () => {
    const first = await put('pay_1', { reference: 'ORDER-1, "big"' });
    setup.world.time.nowMs += 1_000;
    const second = await put('pay_2', { status: 'FAILED', amount: 7, transactionType: 'refund' });
    await stateUntil(NEXT_DAY);
    const answer = await ask('2026-11-20');
    expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
    const { url, sha256, ...rest } = answer.json;
    const sums = [second, first].map((row) => {
      const sum = createDigestSum();
      sum.add(row);
      return sum.groups()[0]?.hash;
    });
    expect(rest).toEqual({
      merchantId: 'demo',
      request: 'GET /v1/statements/2026-11-20',
      asOf: '2026-11-21T00:20:00.000Z',
      date: '2026-11-20',
      timeZone: 'UTC',
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-21T00:00:00.000Z',
      revision: 0,
      rows: 2,
      bytes: fileOf(url).text.length,
      expiresAt: '2026-11-21T00:25:00.000Z',
    });
    expect(fileOf(url).text).toBe(
      [
        '#tidings-statement,1',
        '#merchantId,demo',
        '#date,2026-11-20',
        '#timeZone,UTC',
        '#from,2026-11-20T00:00:00.000Z',
        '#to,2026-11-21T00:00:00.000Z',
        '#revision,0',
        '#rows,2',
        `#total,payment,SUCCEEDED,CNY,1,1999,${sums[1]}`,
        `#total,refund,FAILED,CNY,1,7,${sums[0]}`,
        'transactionId,version,transactionType,status,amount,currency,reference,occurredAt,listedAt',
        `pay_1,1,payment,SUCCEEDED,1999,CNY,"ORDER-1, ""big""",2026-11-20T07:59:58.000Z,${first.listedAt}`,
        `pay_2,1,refund,FAILED,7,CNY,,2026-11-20T07:59:58.000Z,${second.listedAt}`,
        '',
      ].join('\r\n'),
    );
    expect(sha256).toBe(createHash('sha256').update(fileOf(url).text).digest('hex'));
    expect(url).toContain('name=tidings-demo-2026-11-20.csv&seconds=300');
  });

  it('is there for a day on which nothing was listed', async () => {
    await stateUntil(NEXT_DAY);
    const { rows, totals, head, text } = await statementOf('2026-11-20');
    expect({ rows, totals }).toEqual({ rows: [], totals: [] });
    expect(head).toMatchObject({ '#rows': '0' });
    expect(text.endsWith('listedAt\r\n')).toBe(true);
  });

  it('holds the rows of its day, all of them, in the order of the feed, over several shards', async () => {
    await setup.world.call(setup.world.admin, 'PATCH /v1/merchants/demo', { feedShards: 5 });
    const times = Array.from({ length: 900 }, (_, index) =>
      new Date(START_MS + (index % 37) * HOUR + (index % 7) * MINUTE).toISOString(),
    );
    const all = await list(times, 5);
    await stateUntil('2026-11-22T00:20:00Z');
    const order = ({ listedAt, transactionId }: { listedAt: string; transactionId: string }) =>
      `${listedAt}#${transactionId}`;
    for (const date of ['2026-11-20', '2026-11-21']) {
      const own = all.filter(({ listedAt }) => listedAt.startsWith(date));
      const { rows, totals, head } = await statementOf(date);
      expect(rows.map((row: never) => order(row))).toEqual(own.map(order).sort());
      const sum = createDigestSum();
      for (const row of own) sum.add(row);
      const [group] = sum.groups();
      expect(totals).toEqual([
        ['payment', 'SUCCEEDED', 'CNY', String(own.length), group?.amount, group?.hash],
      ]);
      expect(head['#rows']).toBe(String(own.length));
    }
  });

  it.each([
    ['a day of 24 hours', 'Asia/Shanghai', '2026-11-20', '2026-11-19T16:00:00Z', '2026-11-20T16:00:00Z', 300],
    ['a day of 25 hours', 'Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 300],
    ['a day of 23 hours', 'Europe/Berlin', '2027-03-28', '2027-03-27T23:00:00Z', '2027-03-28T22:00:00Z', 300],
    ['half an hour off', 'Asia/Kolkata', '2026-11-20', '2026-11-19T18:30:00Z', '2026-11-20T18:30:00Z', 3_600],
    [
      'three quarters off',
      'Asia/Kathmandu',
      '2026-11-20',
      '2026-11-19T18:15:00Z',
      '2026-11-20T18:15:00Z',
      1_800,
    ],
    ['a quarter off', 'Asia/Kathmandu', '2026-11-20', '2026-11-19T18:15:00Z', '2026-11-20T18:15:00Z', 1_200],
  ])('is exact by rows: %s in %s, %s', async (_, timeZone, date, from, to, windowSeconds) => {
    setup.world.time.nowMs = Date.parse(from) - 30 * HOUR;
    const shop = await setup.world.merchant('shop', { timeZone });
    setup.demo = shop;
    const around = [-HOUR, -1, 0, 1, 20 * MINUTE, 40 * MINUTE].flatMap((offset) =>
      [from, to].map((edge) => new Date(Date.parse(edge) + offset).toISOString()),
    );
    for (const [index, listedAt] of around.entries()) {
      const row = { ...payment({ amount: index }), version: 1, recordedAt: listedAt, listedAt };
      const outcome = outcomeSchema().parse({ ...row, merchantId: 'shop', transactionId: `pay_${index}` });
      await setup.world.ports.outcomes.putIfAbsent(outcome, 0);
    }
    await stateUntil(new Date(Date.parse(to) + 3 * HOUR).toISOString(), windowSeconds);
    const { rows, timeZone: stated, ...statement } = await statementOf(date);
    expect(stated).toBe(timeZone);
    expect([statement.from, statement.to].map(Date.parse)).toEqual([from, to].map(Date.parse));
    const isWithin = (time: string) =>
      Date.parse(time) >= Date.parse(from) && Date.parse(time) < Date.parse(to);
    expect(rows.map((row: { listedAt: string }) => row.listedAt)).toEqual(around.filter(isWithin).sort());
    expect(told('statement_failed')).toEqual([]);
  });

  it('follows the day before without gap or overlap, across all changes of the time zone', async () => {
    const zones = ['Pacific/Kiritimati', 'Pacific/Niue', 'Asia/Kathmandu', 'UTC', 'America/New_York'];
    const times: string[] = [];
    for (let hour = 0; hour < 200; hour += 1) times.push(new Date(START_MS + hour * HOUR).toISOString());
    const all = await list(times);
    for (const [index, zone] of zones.entries()) {
      await stateUntil(new Date(START_MS + (index * 40 + 30) * HOUR).toISOString());
      expect((await setZone(zone)).status).toBe(200);
    }
    await stateUntil('2026-12-01T12:00:00Z');
    const statements = (await setup.world.ports.statements.newest(DEMO, 50)).toReversed();
    for (const [index, { date, from }] of statements.slice(1).entries()) {
      expect(from).toBe(statements[index]?.to);
      expect(date > (statements[index]?.date ?? '')).toBe(true);
    }
    expect(new Set(statements.map(({ timeZone }) => timeZone)).size).toBe(5);
    const stated: string[] = [];
    for (const { date } of statements) stated.push(...idsOf((await statementOf(date)).rows));
    expect(stated).toEqual(idsOf(all));
  });
});
