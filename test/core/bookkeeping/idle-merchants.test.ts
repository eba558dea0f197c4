import { describe, expect, it } from 'vitest';
import { auditPartitions } from '../../../lib/core/bookkeeping/audit.ts';
import { closePartitions } from '../../../lib/core/bookkeeping/close.ts';
import { statePartitions } from '../../../lib/core/bookkeeping/statements/make-statements.ts';
import { type MerchantId, merchantIdSchema } from '../../../lib/core/model.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';

const DEMO = merchantIdSchema().parse('demo');
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const SETTINGS = { windowSeconds: 300, auditAfterSeconds: 900 };
const deadlineMs = Number.POSITIVE_INFINITY;

/** A shop on a service whose reads of profiles, windows and lists are counted. */
async function shop(settings: object = {}) {
  const world = createWorld();
  const demo = await world.merchant('demo', settings);
  const { merchants, windows, glance, directory, feed } = world.ports;
  const reads: string[] = [];
  const ports = {
    ...world.ports,
    ...SETTINGS,
    feed: { ...feed },
    merchants: {
      ...merchants,
      read: (id: MerchantId) => {
        reads.push('profile');
        return merchants.read(id);
      },
    },
    windows: {
      ...windows,
      read: (...args: Parameters<typeof windows.read>) => {
        reads.push('window');
        return windows.read(...args);
      },
    },
    glance: {
      ...glance,
      windows: (...args: Parameters<typeof glance.windows>) => {
        reads.push('glance at windows');
        return glance.windows(...args);
      },
    },
    directory: {
      ...directory,
      list: (...args: Parameters<typeof directory.list>) => {
        reads.push(`list ${args[1] ?? 'strong'}`);
        return directory.list(...args);
      },
      marks: (...args: Parameters<typeof directory.marks>) => {
        reads.push('marks');
        return directory.marks(...args);
      },
    },
  };
  const counted = async (work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> => {
    reads.length = 0;
    await work();
    const counts: Record<string, number> = {};
    for (const read of reads) counts[read] = (counts[read] ?? 0) + 1;
    return counts;
  };
  return {
    world,
    ports,
    counted,
    record: (id: string) =>
      world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment()),
    change: (changes: object) => world.call(world.admin, 'PATCH /v1/merchants/demo', changes),
    close: () => closePartitions(ports, { deadlineMs }),
    audit: () => auditPartitions(ports, { deadlineMs }),
    state: () => statePartitions(ports, { deadlineMs }),
    statements: () => world.ports.statements.newest(DEMO, 10),
    entry: async () => {
      const entry = await directory.entry(DEMO);
      if (entry === undefined) throw new Error('The merchant is not listed.');
      return entry;
    },
  };
}

describe('a merchant without outcomes', () => {
  it('is closed and audited by its directory row: no profile is read, and its windows by one cheaper read', async () => {
    const { world, close, audit, counted } = await shop();
    world.time.nowMs = START_MS + 6 * MINUTE;
    expect(await counted(close)).toEqual({ marks: 1, 'list strong': 16 });
    world.time.nowMs += 16 * MINUTE;
    await close();
    expect(await counted(audit)).toEqual({ marks: 1, 'list strong': 16, 'glance at windows': 1 });
  });

  it('is not even listed between two windows: the marks of all partitions, in one request, say that nothing is to be done', async () => {
    const { world, close, audit, state, counted } = await shop();
    world.time.nowMs = START_MS + 21 * MINUTE;
    for (const work of [close, audit, state]) await work();
    world.time.nowMs += MINUTE;
    for (const work of [close, audit, state]) expect(await counted(work)).toEqual({ marks: 1 });
    world.time.nowMs += 4 * MINUTE;
    expect(await counted(close)).toEqual({ marks: 1, 'list strong': 16 });
  });

  it('is closed by its profile where an older version wrote its row', async () => {
    const { world, ports, close, record, entry } = await shop({ feedShards: 3 });
    await record('pay_1');
    const { settings: _none, ...old } = await entry();
    ports.directory.list = async (partition) =>
      (await world.ports.directory.list(partition)).map((one) =>
        one.merchantId === old.merchantId ? old : one,
      );
    world.time.nowMs = START_MS + 6 * MINUTE;
    await close();
    expect([...world.ports.contents.windows.values()]).toMatchObject([{ groups: [{ count: 1 }] }]);
  });
});

describe('a merchant with outcomes', () => {
  it('is listed between two windows while it is behind, at half the price, and closed as soon as it can be', async () => {
    const { world, ports, close, record, counted } = await shop();
    await record('pay_1');
    const { page } = ports.feed;
    ports.feed.page = () => Promise.reject(new Error('the index is away'));
    world.time.nowMs = START_MS + 6 * MINUTE;
    await close();
    expect(ports.contents.windows.size).toBe(0);
    ports.feed.page = page;
    world.time.nowMs += MINUTE;
    expect(await counted(close)).toEqual({ marks: 1, 'list recent': 1 });
    expect([...ports.contents.windows.values()]).toMatchObject([{ groups: [{ count: 1 }] }]);
  });

  it('is audited by its profile, which is read once a window', async () => {
    const { world, close, audit, record, counted } = await shop();
    await record('pay_1');
    await record('pay_2');
    world.time.nowMs = START_MS + 6 * MINUTE;
    await close();
    world.time.nowMs = START_MS + 21 * MINUTE;
    expect(await counted(audit)).toMatchObject({ profile: 1 });
  });

  it('has a window read exactly before it counts as revised', async () => {
    const { world, ports, close, audit, record, counted } = await shop();
    await record('pay_1');
    world.time.nowMs = START_MS + 6 * MINUTE;
    await close();
    // A replica that is behind: it does not have the window yet.
    ports.glance.windows = async (keys) => keys.map(() => undefined);
    world.time.nowMs = START_MS + 21 * MINUTE;
    expect(await counted(audit)).toMatchObject({ window: 1 });
    expect(world.events.filter(({ event }) => event === 'window_revised')).toEqual([]);
  });

  it('has its outcomes of a new feed shard closed: the row is written with the profile', async () => {
    const { world, close, change, record, entry } = await shop();
    await change({ feedShards: 8 });
    expect((await entry()).settings).toMatchObject({ feedShards: 8, rev: 2 });
    world.time.nowMs += 2 * MINUTE;
    for (let n = 0; n < 8; n += 1) await record(`pay_${n}`);
    world.time.nowMs = START_MS + 6 * MINUTE;
    await close();
    expect([...world.ports.contents.windows.values()]).toMatchObject([{ groups: [{ count: 8 }] }]);
  });
});

describe("a merchant's statement", () => {
  it('is not looked for between two ends of its day, and made when its day ends in its own time zone', async () => {
    const { world, close, state, statements, counted } = await shop({ timeZone: 'Asia/Shanghai' });
    for (let hour = 0; hour <= 72; hour += 1) {
      world.time.nowMs = START_MS + hour * 60 * MINUTE + 40_000;
      await close();
      await state();
    }
    expect((await statements()).map(({ date }) => date)).toEqual(['2026-11-22', '2026-11-21', '2026-11-20']);
    // 08:00 UTC is 16:00 in Shanghai. Its day ends at 16:00 UTC.
    const looked: number[] = [];
    for (let hour = 73; hour <= 96; hour += 1) {
      world.time.nowMs = START_MS + hour * 60 * MINUTE + 40_000;
      await close();
      if ((await counted(state)).profile !== undefined) looked.push((hour + 8) % 24);
    }
    expect(looked).toEqual([16]);
    expect((await statements())[0]).toMatchObject({ date: '2026-11-23' });
  });

  it('is made at once where a change of the time zone ended a day', async () => {
    const { world, close, state, change, statements } = await shop();
    const later = async (ms: number) => {
      world.time.nowMs += ms;
      await close();
      await state();
    };
    for (let hour = 0; hour < 84; hour += 1) await later(60 * MINUTE);
    const [last] = await statements();
    expect(last).toMatchObject({ date: '2026-11-22', to: '2026-11-23T00:00:00.000Z' });
    // 20:00 UTC. In Kiritimati, this day ended at 10:00 UTC.
    await change({ timeZone: 'Pacific/Kiritimati' });
    await later(16 * MINUTE);
    expect((await statements())[0]).toMatchObject({ date: '2026-11-23', to: '2026-11-23T10:00:00.000Z' });
  });

  it('finds feed shards that an older version added to the profile alone: they are audited, and the row is mended', async () => {
    const { world, ports, close, audit, state, record, entry } = await shop();
    const found = await world.ports.merchants.read((await entry()).merchantId);
    if (found === undefined) throw new Error('The merchant is not there.');
    const before = await entry();
    await world.ports.merchants.saveProfile({ ...found.profile, feedShards: 8, rev: 2 }, 1);
    let isMended = false;
    const { list, keepSettings } = ports.directory;
    const asBefore = async (partition: number) =>
      (await list(partition)).map((one) =>
        one.merchantId === before.merchantId && !isMended ? { ...one, settings: before.settings } : one,
      );
    Object.assign(ports.directory, {
      list: asBefore,
      keepSettings: async (...args: Parameters<typeof keepSettings>) => {
        isMended = true;
        await keepSettings(...args);
      },
    });
    world.time.nowMs += 2 * MINUTE;
    for (let n = 0; n < 8; n += 1) await record(`pay_${n}`);
    for (let passedMs = 0; passedMs < DAY; passedMs += 30 * MINUTE) {
      world.time.nowMs += 30 * MINUTE;
      await close();
      await audit();
      await state();
    }
    expect(isMended).toBe(true);
    for (let run = 0; run < 30; run += 1) await audit();
    expect([...world.ports.contents.windows.values()]).toMatchObject([
      { revision: 1, groups: [{ count: 8 }] },
    ]);
    expect(world.events.map(({ event }) => event)).toContain('window_revised');
  });
});
