import { describe, expect, it } from 'vitest';
import {
  at,
  closedWindow,
  endpointId,
  notification,
  OTHER,
  pending,
  SHOP,
  succeeded,
  transaction,
} from '../../support/samples.ts';
import { type OpenTable, useTable } from '../../support/throwaway-table.ts';

/** More than two requests of the table take. */
const MANY = 250;

export function describeGlance(name: string, open: OpenTable): void {
  describe(`Glance on ${name}`, () => {
    const table = useTable(open);
    const outcomeKey = (id: string, version: 1 | 2 = 1) => ({
      merchantId: SHOP,
      transactionId: transaction(id),
      version,
    });
    const notificationKey = (id: string) => ({ ...outcomeKey(id), endpointId: endpointId('ep_1') });

    it('reads outcomes in the order of the keys, and says of each whether it was seen', async () => {
      await table().outcomes.putIfAbsent(pending({ notifyUrl: 'https://till.example/' }), 0);
      await table().outcomes.putIfAbsent(succeeded({ version: 2 }), 0);
      await table().outcomes.putIfAbsent(succeeded({ transactionId: 'pay_2', metadata: { a: [1] } }), 0);
      const keys = [outcomeKey('pay_2'), outcomeKey('pay_3'), outcomeKey('pay_1', 2), outcomeKey('pay_1')];
      expect(await table().glance.outcomes(keys)).toEqual([
        succeeded({ transactionId: 'pay_2', metadata: { a: [1] } }),
        undefined,
        succeeded({ version: 2 }),
        pending({ notifyUrl: 'https://till.example/' }),
      ]);
    });

    it('reads more rows than fit into one request, and one row twice', async () => {
      const ids = Array.from({ length: MANY }, (_, number) => `pay_${number}`);
      for (const id of ids.filter((_, number) => number % 3 === 0)) {
        await table().notifications.save(notification({ transactionId: id }), 'absent');
      }
      const asked = [...ids, ...ids].map(notificationKey);
      const found = await table().glance.notifications(asked);
      const expected = ids.map((id, number) => (number % 3 === 0 ? id : undefined));
      expect(found.map((one) => one?.transactionId)).toEqual([...expected, ...expected]);
    });

    it('reads windows of several merchants without their buckets', async () => {
      const buckets = [
        { transactionType: 'payment', status: 'SUCCEEDED', bucket: 7, count: 1, hash: '0'.repeat(32) },
      ];
      await table().windows.putIfAbsent(closedWindow({ buckets }));
      await table().windows.putIfAbsent(closedWindow({ merchantId: OTHER, start: at(300) }));
      const keys = [
        { merchantId: OTHER, start: at(300) },
        { merchantId: OTHER, start: at(0) },
        { merchantId: SHOP, start: at(0) },
      ];
      expect(await table().glance.windows(keys)).toEqual([
        closedWindow({ merchantId: OTHER, start: at(300) }),
        undefined,
        closedWindow(),
      ]);
    });

    it('reads nothing where nothing is asked for', async () => {
      expect(await table().glance.outcomes([])).toEqual([]);
      expect(await table().glance.notifications([])).toEqual([]);
      expect(await table().glance.windows([])).toEqual([]);
    });
  });
}
