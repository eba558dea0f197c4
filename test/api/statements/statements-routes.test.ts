import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { auditPartitions } from '../../../lib/core/bookkeeping/audit.ts';
import { closePartition } from '../../../lib/core/bookkeeping/close.ts';
import { fallBehind } from '../../../lib/core/bookkeeping/merchant-mark.ts';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import {
  isTerminal,
  merchantIdSchema,
  outcomeSchema,
  type TerminalOutcome,
} from '../../../lib/core/model.ts';
import { forEachPartition } from '../../../lib/core/partitions.ts';
import { verified } from '../../support/verified.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';

type World = ReturnType<typeof createWorld>;

const DEMO = merchantIdSchema.parse('demo');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Statements made, once the day after the first has begun, of UTC. */
const NEXT_DAY = '2026-11-21T00:20:00Z';

interface File {
  readonly text: string;
  readonly head: Readonly<Record<string, string>>;
  readonly totals: readonly (readonly string[])[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

describe('the statement of a day', () => {
  let world: World;
  let demo: Awaited<ReturnType<World['merchant']>>;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    world = createWorld();
    demo = await world.merchant('demo');
    return () => vi.useRealTimers();
  });

  const ask = (date: string, key = demo.receiver) => world.call(key, `GET /v1/statements/${date}`);
  const put = async (transactionId: string, changes: object = {}) =>
    (
      await world.call(
        demo.initiator,
        `PUT /v1/merchants/demo/transactions/${transactionId}`,
        payment(changes),
      )
    ).json;
  const setZone = (timeZone: string) => world.call(world.admin, 'PATCH /v1/merchants/demo', { timeZone });
  /** Rows straight into the table, listed at these times. */
  const list = async (times: readonly string[], feedShards = 1, changes: object = {}) => {
    const rows: TerminalOutcome[] = [];
    for (const [index, time] of times.entries()) {
      const at = new Date(time).toISOString();
      const outcome = outcomeSchema.parse({
        ...payment({ amount: index, ...changes }),
        merchantId: 'demo',
        transactionId: `pay_${index}_${Date.parse(time)}`,
        version: 1,
        recordedAt: at,
        listedAt: at,
      });
      await world.ports.outcomes.putIfAbsent(outcome, index % feedShards);
      if (isTerminal(outcome)) rows.push(outcome);
    }
    return rows;
  };
  /** The clock stands at `time`, and everything that is ripe by then is closed. */
  const closeUntil = async (time: string, windowSeconds = 300) => {
    const runs = Math.ceil((Date.parse(time) - world.time.nowMs) / (12 * windowSeconds * 1_000)) + 30;
    world.time.nowMs = Date.parse(time);
    const ports = { ...world.ports, windowSeconds };
    const deadlineMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run += 1) {
      await forEachPartition((partition) => closePartition(ports, { partition, deadlineMs }));
    }
  };
  const stateUntil = async (time: string, windowSeconds?: number) => {
    await closeUntil(time, windowSeconds);
    await world.stateDays();
  };
  const audit = async () => {
    const ports = { ...world.ports, auditAfterSeconds: 900 };
    const deadlineMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 60; run += 1) {
      await auditPartitions(ports, { deadlineMs });
    }
  };
  const told = (event: string) => world.events.filter((one) => one.event === event);

  /** The file behind the link, as somebody else's reader has it. */
  const fileOf = (url: string): File => {
    const bytes = world.files.get(new URL(url).pathname);
    if (bytes === undefined) throw new Error('The link leads nowhere.');
    const text = Buffer.from(bytes).toString('utf8');
    const records: string[][] = parse(text, { relax_column_count: true, record_delimiter: '\r\n' });
    const columnsAt = records.findIndex(([first]) => first === 'transactionId');
    const [columns = []] = records.slice(columnsAt);
    const head = records.slice(0, columnsAt);
    return {
      text,
      head: Object.fromEntries(
        head.filter(([name]) => name !== '#total').map(([name, value]) => [name, value]),
      ),
      totals: head.filter(([name]) => name === '#total').map(([, ...fields]) => fields),
      rows: records
        .slice(columnsAt + 1)
        .map((fields) => Object.fromEntries(fields.map((field, index) => [columns[index], field]))),
    };
  };
  const statementOf = async (date: string) => {
    const { json, status } = await ask(date);
    expect({ status, json }).toMatchObject({ status: 200, json: { date } });
    return { ...json, ...fileOf(json.url) };
  };
  const idsOf = (rows: readonly { readonly transactionId: string }[]) =>
    rows.map(({ transactionId }) => transactionId);

  it('begins with the day of an outcome that a slow clock stamped before its merchant', async () => {
    world = createWorld();
    world.time.nowMs = Date.parse('2026-11-20T00:00:01Z');
    demo = await world.merchant('demo');
    await list(['2026-11-19T23:59:59Z']);
    await stateUntil('2026-11-20T00:20:00Z');
    const answer = await ask('2026-11-19');
    expect(answer.status).toBe(200);
    expect(fileOf(answer.json.url).rows).toHaveLength(1);
  });

  it('is one signed answer with a link that ends in five minutes, to a file with its hash', async () => {
    const first = await put('pay_1', { reference: 'ORDER-1, "big"' });
    world.time.nowMs += 1_000;
    const second = await put('pay_2', { status: 'FAILED', amount: 7, transactionType: 'refund' });
    await stateUntil(NEXT_DAY);
    const answer = await ask('2026-11-20');
    expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
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
    await world.call(world.admin, 'PATCH /v1/merchants/demo', { feedShards: 5 });
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
    world.time.nowMs = Date.parse(from) - 30 * HOUR;
    const shop = await world.merchant('shop', { timeZone });
    demo = shop;
    const around = [-HOUR, -1, 0, 1, 20 * MINUTE, 40 * MINUTE].flatMap((offset) =>
      [from, to].map((edge) => new Date(Date.parse(edge) + offset).toISOString()),
    );
    for (const [index, listedAt] of around.entries()) {
      const row = { ...payment({ amount: index }), version: 1, recordedAt: listedAt, listedAt };
      const outcome = outcomeSchema.parse({ ...row, merchantId: 'shop', transactionId: `pay_${index}` });
      await world.ports.outcomes.putIfAbsent(outcome, 0);
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

  it('follows the day before without gap or overlap, whatever zones the merchant moves between', async () => {
    const zones = ['Pacific/Kiritimati', 'Pacific/Niue', 'Asia/Kathmandu', 'UTC', 'America/New_York'];
    const times: string[] = [];
    for (let hour = 0; hour < 200; hour += 1) times.push(new Date(START_MS + hour * HOUR).toISOString());
    const all = await list(times);
    for (const [index, zone] of zones.entries()) {
      await stateUntil(new Date(START_MS + (index * 40 + 30) * HOUR).toISOString());
      expect((await setZone(zone)).status).toBe(200);
    }
    await stateUntil('2026-12-01T12:00:00Z');
    const statements = (await world.ports.statements.newest(DEMO, 50)).toReversed();
    for (const [index, { date, from }] of statements.slice(1).entries()) {
      expect(from).toBe(statements[index]?.to);
      expect(date > (statements[index]?.date ?? '')).toBe(true);
    }
    expect(new Set(statements.map(({ timeZone }) => timeZone)).size).toBe(5);
    const stated: string[] = [];
    for (const { date } of statements) stated.push(...idsOf((await statementOf(date)).rows));
    expect(stated).toEqual(idsOf(all));
  });

  describe('is not there', () => {
    it('while the day goes on, and says when to ask again', async () => {
      await closeUntil('2026-11-20T12:00:00Z');
      const answer = await ask('2026-11-20');
      expect(answer.json).toMatchObject({
        status: 409,
        code: 'statement_not_ready',
        timeZone: 'UTC',
        readyAfter: '2026-11-21T00:00:30.000Z',
        closedThrough: '2026-11-20T11:55:00.000Z',
      });
      expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
      expect((await ask('2026-12-24')).json).toMatchObject({
        code: 'statement_not_ready',
        readyAfter: '2026-12-25T00:00:30.000Z',
      });
    });

    it('before its last window is closed, of this merchant too', async () => {
      world.time.nowMs = Date.parse('2026-11-21T00:00:10Z');
      await closeUntil('2026-11-21T00:00:10Z');
      await world.stateDays();
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      await fallBehind(world.ports.directory, {
        merchantId: DEMO,
        mark: 'closed',
        through: '2026-11-20T23:55:00.000Z',
        until: '2026-11-21T00:00:00.000Z',
      });
      const other = await world.merchant('other');
      await forEachPartition((partition) =>
        world.ports.directory.saveMark(partition, 'closed', {
          through: '2026-11-21T00:15:00.000Z',
          windowSeconds: 300,
        }),
      );
      world.time.nowMs = Date.parse(NEXT_DAY);
      await world.stateDays();
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      expect((await ask('2026-11-20', other.receiver)).json.code).toBe('unknown_statement');
      await stateUntil(NEXT_DAY);
      await stateUntil(NEXT_DAY);
      expect((await ask('2026-11-20')).status).toBe(200);
    });

    it('for a day before the merchant was', async () => {
      await stateUntil(NEXT_DAY);
      expect((await ask('2026-11-19')).json).toMatchObject({ status: 404, code: 'unknown_statement' });
    });

    it('for a day beyond the retention, made or not', async () => {
      await stateUntil('2026-11-22T00:20:00Z');
      world.time.nowMs = Date.parse('2027-02-18T23:00:00Z');
      expect((await ask('2026-11-20')).status).toBe(200);
      world.time.nowMs = Date.parse('2027-02-19T01:00:00Z');
      expect((await ask('2026-11-20')).json).toMatchObject({ status: 400, code: 'beyond_retention' });
      expect((await ask('2026-11-21')).status).toBe(200);
    });

    it.each(['2026-02-30', '20261120', 'today', '2026-11-20T00:00:00Z'])(
      'for %s, which is no day',
      async (date) => {
        expect((await ask(date)).json).toMatchObject({
          status: 400,
          code: 'invalid_date',
          errors: [{ pointer: '/path/date', code: 'invalid_date' }],
        });
      },
    );

    it('for keys that are not of a merchant', async () => {
      for (const key of [world.admin, demo.initiator]) {
        expect((await ask('2026-11-20', key)).json.code).toBe('insufficient_scope');
      }
      expect((await ask('2026-11-20', demo.manager)).json.code).toBe('statement_not_ready');
    });
  });

  it('is of its own merchant only', async () => {
    const other = await world.merchant('other');
    await put('pay_1');
    await stateUntil(NEXT_DAY);
    const { json } = await ask('2026-11-20', other.receiver);
    expect(json).toMatchObject({ merchantId: 'other', rows: 0 });
    expect(json.url).not.toContain('demo');
    expect((await statementOf('2026-11-20')).rows).toHaveLength(1);
  });

  describe('where a run dies', () => {
    it.each(['before the file', 'after the file', 'after the item'])(
      '%s, is made by the next, once',
      async (when) => {
        await put('pay_1');
        const { files, statements } = world.ports;
        const [write, save] = [files.write, statements.save];
        const die = () => Promise.reject(new Error('the process died'));
        if (when === 'before the file') files.write = die;
        if (when === 'after the file') statements.save = die;
        if (when === 'after the item') statements.save = async (...args) => (await save(...args)) && die();
        await stateUntil(NEXT_DAY);
        expect(told('statement_failed')).toHaveLength(1);
        Object.assign(files, { write });
        Object.assign(statements, { save });
        await world.stateDays();
        await world.stateDays();
        const { rows, sha256, text } = await statementOf('2026-11-20');
        expect(idsOf(rows)).toEqual(['pay_1']);
        expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
        expect(await world.ports.statements.newest(DEMO, 10)).toHaveLength(1);
      },
    );

    it('keeps nobody else waiting', async () => {
      await put('pay_1');
      const others = await Promise.all(
        Array.from({ length: 20 }, (_, index) => world.merchant(`other-${index}`)),
      );
      const { files } = world.ports;
      const { write } = files;
      files.write = (file, pieces) =>
        file.startsWith('demo/') ? Promise.reject(new Error('refused')) : write(file, pieces);
      await stateUntil(NEXT_DAY);
      for (const { receiver } of others) expect((await ask('2026-11-20', receiver)).status).toBe(200);
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      files.write = write;
      await world.stateDays();
      expect((await ask('2026-11-20')).status).toBe(200);
    });
  });

  it('is one, where two runs make it at the same time', async () => {
    await put('pay_1');
    await closeUntil(NEXT_DAY);
    await Promise.all([world.stateDays(), world.stateDays()]);
    const [statement, ...others] = await world.ports.statements.newest(DEMO, 10);
    expect(others).toEqual([]);
    expect(told('statement_made')).toHaveLength(1);
    const { sha256, text } = await statementOf('2026-11-20');
    expect([sha256, statement?.sha256]).toEqual(
      Array(2).fill(createHash('sha256').update(text).digest('hex')),
    );
  });

  /** Reading takes time: a page of the feed half a minute. */
  const readSlowly = () => {
    const { feed } = world.ports;
    const { page } = feed;
    feed.page = (asked) => {
      world.time.nowMs += 30_000;
      return page(asked);
    };
  };

  it('is not begun where the time is over', async () => {
    await closeUntil('2026-11-24T00:20:00Z');
    readSlowly();
    await world.stateDays(world.time.nowMs + 45_000);
    expect(await world.ports.statements.newest(DEMO, 10)).toHaveLength(2);
    await world.stateDays();
    expect(await world.ports.statements.newest(DEMO, 10)).toHaveLength(4);
  });

  it('waits for the next run where the time is over, and comes first then', async () => {
    await list(Array.from({ length: 2_000 }, (_, index) => new Date(START_MS + index * 1_000).toISOString()));
    await closeUntil('2026-11-23T00:20:00Z');
    readSlowly();
    await world.stateDays(world.time.nowMs + 45_000);
    expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
    expect(told('statement_failed')).toEqual([]);
    await world.stateDays(world.time.nowMs + 600_000);
    expect((await statementOf('2026-11-20')).rows).toHaveLength(2_000);
    await world.stateDays();
    expect(await world.ports.statements.newest(DEMO, 10)).toHaveLength(3);
  });

  describe('where a closed window has other rows than it had', () => {
    const late = '2026-11-20T08:02:00.000Z';

    it('is not made until the audit has corrected the window', async () => {
      await list(['2026-11-20T08:01:00Z', '2026-11-20T09:01:00Z']);
      const other = await world.merchant('other');
      await closeUntil(NEXT_DAY);
      await list([late], 1, { amount: 77 });
      await world.stateDays();
      expect(told('statement_failed')).toEqual([
        { event: 'statement_failed', merchantId: 'demo', reason: 'statement_differs' },
      ]);
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      expect((await ask('2026-11-20', other.receiver)).status).toBe(200);
      await audit();
      await world.stateDays();
      expect(await statementOf('2026-11-20')).toMatchObject({ rows: { length: 3 }, revision: 1 });
    });

    it('is not made of a window across its end either', async () => {
      await setZone('Asia/Kolkata');
      const [edge, insideLater] = ['2026-11-20T18:20:00Z', '2026-11-20T18:40:00Z'];
      await list([edge]);
      await closeUntil('2026-11-20T22:00:00Z', 3_600);
      await list([insideLater]);
      await world.stateDays();
      expect(told('statement_failed')).toMatchObject([{ reason: 'statement_differs' }]);
    });

    it('is made again, as another file with a higher revision, and the old file stays what it was', async () => {
      await list(['2026-11-20T08:01:00Z', '2026-11-20T09:01:00Z']);
      await stateUntil(NEXT_DAY);
      const before = await statementOf('2026-11-20');
      await list([late], 1, { amount: 77 });
      await audit();
      expect(told('window_revised')).toHaveLength(1);
      await stateUntil('2026-11-21T03:00:00Z');
      const after = await statementOf('2026-11-20');
      expect(after).toMatchObject({ rows: { length: 3 }, revision: 1, from: before.from, to: before.to });
      expect(after.url).not.toBe(before.url);
      expect(fileOf(before.url).text).toBe(before.text);
      await audit();
      await stateUntil('2026-11-21T04:00:00Z');
      expect(told('statement_made')).toHaveLength(2);
      expect((await ask('2026-11-20')).json.sha256).toBe(after.sha256);
    });

    it('is made again though the audit died when it had revised the window', async () => {
      await list(['2026-11-20T08:01:00Z']);
      await stateUntil(NEXT_DAY);
      await list([late]);
      const { directory } = world.ports;
      const { changeOwnMark } = directory;
      directory.changeOwnMark = async (entry, mark, open) => {
        if (mark === 'stated') throw new Error('the process died');
        return changeOwnMark(entry, mark, open);
      };
      await audit();
      directory.changeOwnMark = changeOwnMark;
      await audit();
      await stateUntil('2026-11-21T03:00:00Z');
      expect(await statementOf('2026-11-20')).toMatchObject({ rows: { length: 2 }, revision: 1 });
    });
  });

  it('begins with the first whole day within the retention, of a merchant that was there long before', async () => {
    await closeUntil('2026-11-20T09:00:00Z');
    world.time.nowMs = Date.parse('2027-06-01T12:00:00Z');
    for (const partition of Array(16).keys()) {
      const mark = { through: '2027-06-01T11:55:00.000Z', windowSeconds: 300 };
      await world.ports.directory.saveMark(partition, 'closed', mark);
    }
    for (let run = 0; run < 30; run += 1) await world.stateDays();
    const statements = await world.ports.statements.newest(DEMO, 200);
    expect([statements.at(-1)?.date, statements[0]?.date]).toEqual(['2027-03-04', '2027-05-31']);
    expect((await ask('2027-03-03')).json.code).toBe('unknown_statement');
  });

  describe('a time zone', () => {
    it('is UTC unless said otherwise, and shown with the merchant', async () => {
      const read = () => world.call(world.admin, 'GET /v1/merchants/demo');
      expect((await read()).json.timeZone).toBe('UTC');
      expect((await setZone('Asia/Shanghai')).json.timeZone).toBe('Asia/Shanghai');
      expect((await read()).json.timeZone).toBe('Asia/Shanghai');
    });

    it('may be said when the merchant is made, and the same again changes nothing', async () => {
      const body = { merchantId: 'shop', name: 'Shop', timeZone: 'Asia/Kathmandu' };
      const make = (changes: object = {}) =>
        world.call(world.admin, 'POST /v1/merchants', { ...body, ...changes });
      expect((await make()).json).toMatchObject({ timeZone: 'Asia/Kathmandu' });
      expect((await make()).status).toBe(200);
      expect((await make({ timeZone: 'UTC' })).json.code).toBe('merchant_conflict');
    });

    it.each(['Mars/Phobos', '+08:00', '', 'UTC; DROP', 8])('is not %j', async (timeZone) => {
      expect((await world.call(world.admin, 'PATCH /v1/merchants/demo', { timeZone })).json).toMatchObject({
        status: 400,
        code: 'unknown_time_zone',
        errors: [{ pointer: '/timeZone', code: 'unknown_time_zone' }],
      });
    });
  });
});
