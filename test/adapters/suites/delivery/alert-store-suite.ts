import { describe, expect, it } from 'vitest';
import {
  type Alert,
  alertIdOf,
  alertSubject,
  type Tally,
} from '../../../../lib/core/deliver/alerts/alert.ts';
import type { NewAlert } from '../../../../lib/core/deliver/alerts/alert-store.ts';
import { at, endpointId, OTHER, SHOP } from '../../support/samples.ts';
import { type OpenTable, useTable } from '../../support/throwaway-table.ts';

const tally: Tally = { endpointId: endpointId('ep_1'), type: 'tidings.notification.exhausted', hour: at(0) };

function alert(changes: Partial<Alert> & { readonly hour?: string } = {}): Alert {
  const { hour = at(0), ...rest } = changes;
  return {
    merchantId: SHOP,
    alertId: alertIdOf({ hour, name: 'tidings.notification.exhausted', subject: 'ep_1' }),
    type: 'tidings.notification.exhausted',
    at: at(5),
    about: 'pay_1.1.ep_1',
    data: '{"merchantId":"demo","b":1,"a":[2]}',
    ...rest,
  };
}

const added = (one: Alert, ids: readonly string[] = ['ep_1', 'ep_2']): NewAlert => ({
  alert: one,
  endpointIds: ids.map(endpointId),
  dueAt: at(10),
});

export function describeAlertStore(name: string, open: OpenTable): void {
  describe(`AlertStore on ${name}`, () => {
    const table = useTable(open);
    const notificationOf = (one: Alert, id: string) =>
      table().notifications.read({ ...alertSubject(one), endpointId: endpointId(id) });

    it('reads back every field, and the same text of the data', async () => {
      const summary = alert({ tally, count: 3 });
      expect(await table().alerts.put(added(summary))).toBe(true);
      expect(await table().alerts.read(summary)).toStrictEqual(summary);
    });

    it('knows nothing of what was never put, nor of another merchant', async () => {
      await table().alerts.put(added(alert()));
      expect(await table().alerts.read(alert({ hour: at(3_600) }))).toBeUndefined();
      expect(await table().alerts.read(alert({ merchantId: OTHER }))).toBeUndefined();
    });

    it('puts a due notification for each endpoint together with the alert', async () => {
      await table().alerts.put(added(alert()));
      expect(await notificationOf(alert(), 'ep_2')).toMatchObject({
        rev: 0,
        state: 'pending',
        listedAt: at(5),
        startedAt: at(10),
        nextAttemptAt: at(10),
      });
      expect(await notificationOf(alert(), 'ep_3')).toBeUndefined();
    });

    it('leaves an alert and its notifications as they are once they are there', async () => {
      await table().alerts.put(added(alert()));
      const first = await notificationOf(alert(), 'ep_1');
      if (first === undefined) throw new Error('there is no notification');
      await table().notifications.save({ ...first, rev: 1, state: 'retrying' }, 0);
      expect(await table().alerts.put(added(alert({ about: 'other' }), ['ep_1', 'ep_3']))).toBe(false);
      expect(await table().alerts.read(alert())).toStrictEqual(alert());
      expect(await notificationOf(alert(), 'ep_1')).toMatchObject({ rev: 1 });
      expect(await notificationOf(alert(), 'ep_3')).toBeUndefined();
    });

    it('shows due notifications of alerts to the sweep, and leases them', async () => {
      await table().alerts.put(added(alert(), ['ep_1']));
      const found: unknown[] = [];
      for (let partition = 0; partition < 16; partition += 1) {
        const page = await table().dueIndex.page({ partition, before: at(20), limit: 10 });
        found.push(...page.keys);
      }
      const key = { ...alertSubject(alert()), endpointId: endpointId('ep_1') };
      expect(found).toEqual([{ kind: 'notification', key }]);
      const stored = await table().notifications.read(key);
      if (stored === undefined) throw new Error('there is no notification');
      expect(await table().notifications.lease(stored, at(900))).toBe(true);
      expect(await table().notifications.lease(stored, at(900))).toBe(false);
    });

    it('keeps notifications of alerts out of the list of undelivered ones', async () => {
      await table().alerts.put(added(alert(), ['ep_1']));
      const first = await notificationOf(alert(), 'ep_1');
      if (first === undefined) throw new Error('there is no notification');
      await table().notifications.save({ ...first, rev: 1, state: 'exhausted' }, 0);
      for (let partition = 0; partition < 16; partition += 1) {
        const range = { from: at(-900), to: at(900), partition, limit: 10 };
        const page = await table().notifications.undelivered({
          merchantId: SHOP,
          state: 'exhausted',
          ...range,
        });
        expect(page.keys).toEqual([]);
      }
    });

    it('sets the count of a summary once', async () => {
      const summary = alert({ tally });
      expect(await table().alerts.setCount(summary, 2)).toBe(false);
      await table().alerts.put(added(summary));
      expect(await table().alerts.setCount(summary, 2)).toBe(true);
      expect(await table().alerts.setCount(summary, 3)).toBe(false);
      expect(await table().alerts.read(summary)).toStrictEqual({ ...summary, count: 2 });
    });

    it('counts each repeat once, of one endpoint, type and hour, up to a bound', async () => {
      const repeat = { merchantId: SHOP, tally };
      expect(await table().alerts.noted(repeat, 10)).toBe(0);
      for (const about of ['a', 'b', 'b', 'c']) await table().alerts.note({ ...repeat, about });
      await table().alerts.note({ ...repeat, tally: { ...tally, hour: at(3_600) }, about: 'd' });
      await table().alerts.note({ ...repeat, merchantId: OTHER, about: 'e' });
      await table().alerts.note({
        ...repeat,
        tally: { ...tally, endpointId: endpointId('ep_10') },
        about: 'f',
      });
      expect(await table().alerts.noted(repeat, 10)).toBe(3);
      expect(await table().alerts.noted(repeat, 1)).toBe(2);
    });

    it('lists a merchant’s alerts newest first, page by page, each with its own notifications', async () => {
      const [older, newer] = [alert(), alert({ hour: at(3_600) })];
      const longer = alert({ alertId: `${alert().alertId}2` });
      await table().alerts.put(added(older, ['ep_1', 'ep_2']));
      await table().alerts.put(added(newer, ['ep_3']));
      await table().alerts.put(added(longer, ['ep_4']));
      await table().alerts.put(added(alert({ merchantId: OTHER }), ['ep_5']));
      await table().alerts.note({ merchantId: SHOP, tally, about: 'a' });
      const page = async (limit: number, before?: string) =>
        (await table().alerts.page({ merchantId: SHOP, limit, ...(before !== undefined && { before }) })).map(
          (listed) => [listed.alert, listed.notifications.map((one) => one.endpointId)],
        );
      const all = [
        [newer, ['ep_3']],
        [longer, ['ep_4']],
        [older, ['ep_1', 'ep_2']],
      ];
      expect(await page(10)).toStrictEqual(all);
      expect(await page(2)).toStrictEqual(all.slice(0, 2));
      expect(await page(2, longer.alertId)).toStrictEqual(all.slice(2));
      expect(await page(2, older.alertId)).toStrictEqual([]);
    });
  });
}
