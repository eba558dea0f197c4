import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { verified } from '../../support/verified.ts';
import { DEMO, digestOf, FIRST, type Row, useWindows } from './windows-world.ts';

describe('asking for windows', () => {
  const setup = useWindows();
  const { put, ask, behind, passMinutes, fill } = setup;

  it('gives digests of windows, and of the hours and days that they add up to, signed', async () => {
    const rows = await fill(15);
    const windows = await ask('/v1/windows?from=2026-11-20T08:00:00Z');
    expect(windows.json).toMatchObject({
      merchantId: 'demo',
      request: 'GET /v1/windows?from=2026-11-20T08%3A00%3A00Z',
      asOf: '2026-11-20T09:15:30.000Z',
      closedThrough: '2026-11-20T09:15:00.000Z',
      windowSeconds: 300,
    });
    expect(verified(windows, setup.demo.secret, setup.world.time.nowMs)).toEqual(windows.json);
    expect(windows.json.items).toHaveLength(15);
    expect(windows.json.items[1]).toEqual({
      start: '2026-11-20T08:05:00.000Z',
      end: '2026-11-20T08:10:00.000Z',
      revision: 0,
      groups: digestOf(rows.slice(2, 4)).groups(),
    });
    const hours = await ask('/v1/windows?from=2026-11-20T08:00:00Z&resolution=hour');
    expect(hours.json.items).toEqual([
      {
        start: '2026-11-20T08:00:00.000Z',
        end: '2026-11-20T09:00:00.000Z',
        revision: 0,
        groups: digestOf(rows.slice(0, 24)).groups(),
      },
      // Cut to what was asked for, and says so.
      {
        start: '2026-11-20T09:00:00.000Z',
        end: '2026-11-20T09:15:00.000Z',
        revision: 0,
        groups: digestOf(rows.slice(24)).groups(),
      },
    ]);
    const days = await ask(
      '/v1/windows?from=2026-11-20T08:05:00Z&to=2026-11-20T09:05:00%2B00:00&resolution=day',
    );
    expect(days.json.items).toEqual([
      {
        start: '2026-11-20T08:05:00.000Z',
        end: '2026-11-20T09:05:00.000Z',
        revision: 0,
        groups: digestOf(rows.slice(2, 26)).groups(),
      },
    ]);
  });

  it('gives digests of listedAt where they are asked for, by event type, which add up as well', async () => {
    const rows = await fill(15);
    const timesOf = (some: readonly Row[]) =>
      ['FAILED', 'SUCCEEDED'].map((status) => {
        const own = some.filter((row) => row.status === status);
        // As receivers in other languages work it out.
        const numbers = own.map(({ transactionId, version, listedAt }) => {
          const digest = createHash('sha256')
            .update(`${transactionId}\n${version}\n${listedAt}`)
            .digest('hex');
          return BigInt(`0x${digest.slice(0, 32)}`);
        });
        const sum = numbers.reduce((total, number) => (total + number) % (1n << 128n), 0n);
        return { transactionType: 'payment', status, hash: sum.toString(16).padStart(32, '0') };
      });
    const range = 'from=2026-11-20T08:00:00Z&times=true';
    const windows = await ask(`/v1/windows?${range}`);
    expect(windows.json.items[1].times).toEqual(timesOf(rows.slice(2, 4)));
    const hours = await ask(`/v1/windows?${range}&resolution=hour`);
    expect(hours.json.items[0].times).toEqual(timesOf(rows.slice(0, 24)));

    // A window that an earlier version closed has no such digest, and so its hour has none.
    const standing = await setup.world.ports.windows.read(DEMO, '2026-11-20T08:00:00.000Z');
    if (standing === undefined) throw new Error('It was not closed.');
    const { times: _, ...former } = standing;
    await setup.world.ports.windows.revise({ ...former, revision: 1 }, 0);
    const [first, second] = (await ask(`/v1/windows?${range}&resolution=hour`)).json.items;
    expect(first).not.toHaveProperty('times');
    expect(second.times).toEqual(timesOf(rows.slice(24)));
  });

  it('leaves out what is empty: a window at or before closedThrough that has no item', async () => {
    await put('pay_1');
    passMinutes(20);
    await put('pay_2');
    passMinutes(6);
    await setup.world.closeWindows();
    const { json } = await ask('/v1/windows?from=2026-11-20T07:00:00Z');
    expect(json.closedThrough).toBe('2026-11-20T08:25:00.000Z');
    expect(json.items.map(({ start }: { start: string }) => start)).toEqual([
      '2026-11-20T08:00:00.000Z',
      '2026-11-20T08:20:00.000Z',
    ]);
    const empty = await ask('/v1/windows/2026-11-20T08:05:00Z?buckets=256');
    expect(empty.json).toMatchObject({ revision: 0, groups: [], buckets: [], windowSeconds: 300 });
    expect((await ask('/v1/windows/2026-11-20T08:05:00Z/transactions')).json).toMatchObject({
      items: [],
      hasMore: false,
    });
    const nothing = await ask('/v1/windows?from=2026-11-20T08:25:00Z');
    expect(nothing.json).toMatchObject({ items: [], closedThrough: '2026-11-20T08:25:00.000Z' });
  });

  it('shows nothing of what is not closed, and says how far it is', async () => {
    await put('pay_1');
    const before = await ask(FIRST);
    expect(before.json).toMatchObject({ status: 409, code: 'window_not_closed' });
    expect(before.json.closedThrough).toBeUndefined();
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z')).json.code).toBe('window_not_closed');
    passMinutes(6);
    await setup.world.closeWindows();
    const closing = { closedThrough: '2026-11-20T08:05:00.000Z', windowSeconds: 300 };
    for (const path of [
      '/v1/windows/2026-11-20T08:05:00Z',
      '/v1/windows/2026-11-20T08:05:00Z/transactions',
      '/v1/windows?from=2026-11-20T08:00:00Z&to=2026-11-20T08:10:00Z',
      '/v1/windows?from=2026-11-20T08:10:00Z',
      '/v1/windows?from=2027-11-20T08:10:00Z&to=2028-11-20T08:10:00Z',
    ]) {
      const answer = await ask(path);
      expect(answer.json, path).toMatchObject({ status: 409, code: 'window_not_closed', ...closing });
      expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
    }
    expect((await ask(FIRST)).status).toBe(200);
  });

  it('counts the merchant’s own mark where that is less than its partition’s', async () => {
    await fill(3);
    await behind('2026-11-20T08:05:00.000Z');
    const { json } = await ask('/v1/windows?from=2026-11-20T08:00:00Z');
    expect(json.closedThrough).toBe('2026-11-20T08:05:00.000Z');
    expect(json.items).toHaveLength(1);
    expect((await ask('/v1/windows/2026-11-20T08:05:00Z')).json.code).toBe('window_not_closed');
    await behind('2026-11-20T10:00:00.000Z');
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z')).json.closedThrough).toBe(
      '2026-11-20T08:05:00.000Z',
    );
  });

  it('reads the partition’s mark before the merchant’s own, so that no failure falls between', async () => {
    await fill(3);
    const { directory } = setup.world.ports;
    const { entry, changeOwnMark } = directory;
    // A run fails to close the merchant and moves the partition's mark on, just after the merchant's was read.
    directory.entry = async (merchantId) => {
      const seen = await entry(merchantId);
      await behind('2026-11-20T08:15:00.000Z', { entry, changeOwnMark });
      const mark = { through: '2026-11-20T09:00:00.000Z', windowSeconds: 300 };
      await directory.saveMark(partitionOf(merchantId), 'closed', mark);
      return seen;
    };
    const { json } = await ask('/v1/windows?from=2026-11-20T08:00:00Z');
    expect(json.closedThrough).toBe('2026-11-20T08:15:00.000Z');
  });

  it('has a revision that rises where a window was corrected, in the hour and the day too', async () => {
    const rows = await fill(2);
    const start = '2026-11-20T08:00:00.000Z';
    const standing = await setup.world.ports.windows.read(DEMO, start);
    if (standing === undefined) throw new Error('no window');
    const groups = digestOf(rows.slice(0, 1)).groups();
    await setup.world.ports.windows.revise({ ...standing, groups, revision: 1 }, 0);
    for (const resolution of ['window', 'hour', 'day']) {
      const { json } = await ask(`/v1/windows?from=${start}&resolution=${resolution}`);
      expect(json.items[0].revision).toBe(1);
    }
    expect((await ask(FIRST)).json).toMatchObject({ revision: 1, groups });
  });
});
