import { describe, expect, it } from 'vitest';
import type { DueKey } from '../../../../lib/core/deliver/due-index.ts';
import {
  type ListedKey,
  listingOrder,
  type Notification,
  type NotificationKey,
} from '../../../../lib/core/deliver/state/notification.ts';
import { PARTITIONS } from '../../../../lib/core/partitions.ts';
import { NOTIFICATION_STATES, type NotificationState } from '../../../../lib/protocol/contract-words.ts';
import { at, notification, OTHER, SHOP, settled, transaction } from '../../support/samples.ts';
import { allPages, from, type OpenTable, useTable } from '../../support/throwaway-table.ts';

const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);
const notificationOf = (due: DueKey): NotificationKey => {
  if (due.kind !== 'notification') throw new Error(`found a ${due.kind}`);
  return due.key;
};
const idOf = ({ transactionId }: NotificationKey) => transactionId;

/** What the due and the undelivered index find. */
export function describeNotificationIndex(name: string, open: OpenTable): void {
  describe(`what is due, on ${name}`, () => {
    const table = useTable(open);
    const save = (one: Notification) => table().notifications.save(one, 'absent');
    const dueIn = (partition: number, before: string, limit = 10) =>
      allPages(async (cursor) => {
        const page = await table().dueIndex.page({ partition, before, limit, ...from(cursor) });
        expect(page.keys.length).toBeLessThanOrEqual(limit);
        return { rows: page.keys.map(notificationOf), ...from(page.cursor) };
      });
    const due = async (before: string) =>
      (await Promise.all(ALL.map((partition) => dueIn(partition, before)))).flat().map(idOf);

    it('is what is due until a moment, with the moment, in any state', async () => {
      await save(notification({ transactionId: 'early', nextAttemptAt: at(9) }));
      await save(notification({ transactionId: 'then', nextAttemptAt: at(10), state: 'pending', rev: 0 }));
      await save(notification({ transactionId: 'extra', nextAttemptAt: at(10), state: 'delivered' }));
      await save(notification({ transactionId: 'late', nextAttemptAt: at(10.001) }));
      await save(settled({ transactionId: 'never', state: 'exhausted' }));
      expect((await due(at(10))).sort()).toEqual(['early', 'extra', 'then']);
      expect(await due(at(8))).toEqual([]);
    });

    it('gives keys that read, of all merchants', async () => {
      const own = notification({ endpointId: 'notify-url', version: 2 });
      const other = notification({ merchantId: OTHER });
      await save(own);
      await save(other);
      const keys = (await Promise.all(ALL.map((partition) => dueIn(partition, at(15))))).flat();
      const read = await Promise.all(keys.map((key) => table().notifications.read(key)));
      expect(read).toHaveLength(2);
      expect(read).toEqual(expect.arrayContaining([own, other]));
    });

    it('comes oldest first within a partition, page by page, each once', async () => {
      const times = new Map<string, string>();
      for (let index = 0; index < 60; index += 1) {
        // Many at the same moment: a cursor must know more than the time.
        const one = notification({ transactionId: `pay_${index}`, nextAttemptAt: at(index % 7) });
        times.set(one.transactionId, one.nextAttemptAt ?? '');
        await save(one);
      }
      const found = await Promise.all(ALL.map((partition) => dueIn(partition, at(60), 2)));
      expect(found.flat().map(idOf).sort()).toEqual([...times.keys()].sort());
      for (const keys of found) {
        const order = keys.map((key) => times.get(key.transactionId) ?? '');
        expect(order).toEqual(order.toSorted());
      }
      // Spread: no partition has it all.
      expect(found.filter((keys) => keys.length > 0).length).toBeGreaterThan(PARTITIONS / 2);
    });

    it('goes on behind the page although its rows have been moved on meanwhile, as leases do', async () => {
      for (let index = 0; index < 40; index += 1) {
        await save(notification({ transactionId: `pay_${index}`, nextAttemptAt: at(index % 3) }));
      }
      const seen: string[] = [];
      for (const partition of ALL) {
        await allPages(async (cursor) => {
          const page = await table().dueIndex.page({
            partition,
            before: at(60),
            limit: 2,
            ...from(cursor),
          });
          for (const key of page.keys.map(notificationOf)) {
            seen.push(key.transactionId);
            const read = await table().notifications.read(key);
            if (read !== undefined) await table().notifications.lease(read, at(900));
          }
          return { rows: page.keys, ...from(page.cursor) };
        });
      }
      expect(seen).toHaveLength(40);
      expect(new Set(seen).size).toBe(40);
    });

    it('leaves the index when it is leased, attempted or settled', async () => {
      const one = notification();
      await save(one);
      expect(await due(at(60))).toEqual(['pay_1']);
      await table().notifications.lease(one, at(900));
      expect(await due(at(60))).toEqual([]);
      expect(await due(at(900))).toEqual(['pay_1']);
      await table().notifications.save(notification({ rev: 2, nextAttemptAt: at(1_000) }), 1);
      expect(await due(at(999))).toEqual([]);
      await table().notifications.save(settled({ rev: 3, state: 'delivered' }), 2);
      expect(await due(at(9_999))).toEqual([]);
    });
  });

  describe(`what was not delivered, on ${name}`, () => {
    const table = useTable(open);
    const save = (one: Notification) => table().notifications.save(one, 'absent');
    interface Ask {
      readonly state?: NotificationState;
      readonly from?: string;
      readonly to?: string;
      readonly merchantId?: typeof SHOP;
      readonly after?: ListedKey;
    }
    const find = async (partition: number, ask: Ask, limit = 10) =>
      await allPages(async (cursor) => {
        const page = await table().notifications.undelivered({
          merchantId: SHOP,
          state: 'exhausted',
          from: at(0),
          to: at(3_600),
          ...ask,
          partition,
          limit,
          ...from(cursor),
        });
        expect(page.keys.length).toBeLessThanOrEqual(limit);
        return { rows: page.keys, ...from(page.cursor) };
      });
    const findAll = async (ask: Ask) =>
      (await Promise.all(ALL.map((partition) => find(partition, ask)))).flat();

    it('is listed by its state: retrying, exhausted or blocked, and no other', async () => {
      for (const state of NOTIFICATION_STATES) await save(settled({ transactionId: state, state }));
      for (const state of NOTIFICATION_STATES) {
        const isListed = ['retrying', 'exhausted', 'blocked'].includes(state);
        expect((await findAll({ state })).map(idOf)).toEqual(isListed ? [state] : []);
      }
    });

    it('is of the time from `from`, inclusive, to `to`, exclusive', async () => {
      for (const seconds of [9.999, 10, 10.001, 19.999, 20]) {
        const transactionId = `at_${seconds * 1000}`;
        await save(settled({ transactionId, state: 'exhausted', listedAt: at(seconds) }));
      }
      expect((await findAll({ from: at(10), to: at(20) })).map(idOf).sort()).toEqual([
        'at_10000',
        'at_10001',
        'at_19999',
      ]);
      expect(await findAll({ from: at(20), to: at(10) })).toEqual([]);
      expect(await findAll({ from: at(10), to: at(10) })).toEqual([]);
    });

    it("is never another merchant's", async () => {
      await save(settled({ state: 'exhausted' }));
      await save(settled({ state: 'exhausted', merchantId: OTHER, transactionId: 'theirs' }));
      expect((await findAll({})).map(idOf)).toEqual(['pay_1']);
      expect((await findAll({ merchantId: OTHER })).map(idOf)).toEqual(['theirs']);
    });

    it('comes in the order of its listing within a partition, page by page, each endpoint once', async () => {
      const all: Notification[] = [];
      for (let index = 0; index < 40; index += 1) {
        const changes = { transactionId: `pay_${index % 20}`, listedAt: at(index % 5), state: 'exhausted' };
        all.push(settled({ ...changes, endpointId: `ep_${index}` }));
      }
      for (const one of all) await save(one);
      const listedAt = new Map(all.map((one) => [one.endpointId, one.listedAt]));
      const found = await Promise.all(ALL.map((partition) => find(partition, {}, 2)));
      expect(
        found
          .flat()
          .map((key) => key.endpointId)
          .sort(),
      ).toEqual([...listedAt.keys()].sort());
      for (const keys of found) {
        const order = keys.map((key) => listedAt.get(key.endpointId) ?? '');
        expect(order).toEqual(order.toSorted());
      }
    });

    it('continues after any cursor, from any partition, also if its row is gone', async () => {
      const all = [
        settled({ transactionId: 'a', endpointId: 'ep', state: 'blocked', listedAt: at(1) }),
        settled({ transactionId: 'a', endpointId: 'ep-2', state: 'blocked', listedAt: at(1) }),
        settled({ transactionId: 'a', version: 2, endpointId: 'ep', state: 'blocked', listedAt: at(1) }),
        settled({ transactionId: 'a-1', endpointId: 'ep', state: 'blocked', listedAt: at(1) }),
        settled({ transactionId: 'b', endpointId: 'ep', state: 'blocked', listedAt: at(2) }),
      ];
      for (const one of all.toReversed()) await save(one);
      const behind = async (after: ListedKey, range: Ask = {}) =>
        (await findAll({ state: 'blocked', after, ...range }))
          .sort((left, right) => (listingOrder(left) < listingOrder(right) ? -1 : 1))
          .map(listingOrder);
      const order = all.map(listingOrder);
      for (const [index, after] of all.entries()) expect(await behind(after)).toEqual(order.slice(index + 1));
      const [first] = all;
      if (first === undefined) throw new Error('no example');
      expect(await behind({ ...first, listedAt: at(0.999) })).toEqual(order);
      expect(await behind({ ...first, transactionId: transaction('zzz') })).toEqual(order.slice(4));
      // `from` and `to` still hold.
      expect(await behind(first, { from: at(2) })).toEqual(order.slice(4));
      expect(await behind(first, { to: at(2) })).toEqual(order.slice(1, 4));
      expect(await behind({ ...first, listedAt: at(9) }, { to: at(2) })).toEqual([]);
    });

    it('leaves the list when it is sent again or arrives, and goes on behind the page meanwhile', async () => {
      for (let index = 0; index < 30; index += 1) {
        await save(settled({ transactionId: `pay_${index}`, state: 'exhausted' }));
      }
      const seen: string[] = [];
      for (const partition of ALL) {
        await allPages(async (cursor) => {
          const page = await table().notifications.undelivered({
            merchantId: SHOP,
            state: 'exhausted',
            partition,
            from: at(0),
            to: at(60),
            limit: 2,
            ...from(cursor),
          });
          for (const key of page.keys) {
            seen.push(key.transactionId);
            await table().notifications.save(settled({ ...key, rev: 2, state: 'delivered' }), 1);
          }
          return { rows: page.keys, ...from(page.cursor) };
        });
      }
      expect(new Set(seen).size).toBe(30);
      expect(seen).toHaveLength(30);
      expect(await findAll({})).toEqual([]);
    });
  });
}
