import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import type { Glance } from '../../../lib/core/bookkeeping/glance.ts';
import { type Expectation, look } from '../../../lib/core/bookkeeping/missing-notifications.ts';
import { unreadableRowFault } from '../../../lib/core/faults.ts';
import { NOTIFY_URL_ENDPOINT, type Outcome } from '../../../lib/core/model.ts';
import {
  at,
  endpoint,
  notification,
  pending,
  profile,
  SHOP,
  succeeded,
  transaction,
} from '../../adapters/support/samples.ts';

const TILL = 'https://till.example/';

/** A shop with one endpoint, and the number of transactions that are read exactly. */
async function shop(rows: readonly Outcome[], changes: Partial<Glance> = {}) {
  const stores = createMemoryStores({ clock: { now: () => Date.parse(at(600)) } });
  await stores.merchants.create(profile());
  await stores.merchants.createEndpoint(endpoint(), 1);
  for (const row of rows) await stores.outcomes.putIfAbsent(row, 0);
  const exact: string[] = [];
  const ports = {
    merchants: stores.merchants,
    glance: { ...stores.glance, ...changes },
    outcomes: {
      transaction: (key: Parameters<typeof stores.outcomes.transaction>[0]) => {
        exact.push(key.transactionId);
        return stores.outcomes.transaction(key);
      },
    },
  };
  const found: Expectation = { missing: [], expected: 0 };
  return {
    stores,
    ports,
    exact,
    found,
    told: (changes: object = {}) => stores.notifications.save(notification(changes), 'absent'),
    look: async (listed: readonly Outcome[]) => {
      await look(ports, SHOP, { rows: listed, found });
      return {
        expected: found.expected,
        missing: found.missing.map(({ transactionId, endpointId }) => `${transactionId} ${endpointId}`),
      };
    },
  };
}

const many = Array.from({ length: 40 }, (_, number) => succeeded({ transactionId: `pay_${number}` }));

describe('looking for missing notifications', () => {
  it('reads no transaction by itself where all notifications are seen', async () => {
    const { told, look, exact } = await shop(many);
    for (const { transactionId } of many) await told({ transactionId });
    expect(await look(many)).toEqual({ expected: 40, missing: [] });
    expect(exact).toEqual([]);
  });

  it('reads a transaction exactly if a part of it is not seen, and names what is missing', async () => {
    const { told, look, exact } = await shop(many);
    for (const { transactionId } of many.slice(2)) await told({ transactionId });
    expect(await look(many)).toEqual({ expected: 40, missing: ['pay_0 ep_1', 'pay_1 ep_1'] });
    expect(exact.toSorted()).toEqual(['pay_0', 'pay_1']);
  });

  it('finds nothing missing where a notification was only not seen yet', async () => {
    const glance = { notifications: async (keys: readonly unknown[]) => keys.map(() => undefined) };
    const { told, look, exact } = await shop([succeeded()], glance);
    await told();
    expect(await look([succeeded()])).toEqual({ expected: 1, missing: [] });
    expect(exact).toEqual(['pay_1']);
  });

  it('expects the callback URL of the outcome, which its row in the feed does not hold', async () => {
    const { told, look, exact } = await shop([succeeded({ notifyUrl: TILL })]);
    await told();
    expect(await look([succeeded()])).toEqual({ expected: 2, missing: [`pay_1 ${NOTIFY_URL_ENDPOINT}`] });
    await told({ endpointId: NOTIFY_URL_ENDPOINT });
    expect((await look([succeeded()])).expected).toBe(4);
    expect(exact).toEqual(['pay_1']);
  });

  it('expects the callback URL of the PENDING before it', async () => {
    const end = succeeded({ version: 2 });
    const { told, look, exact } = await shop([pending({ notifyUrl: TILL }), end]);
    await told({ version: 2 });
    expect(await look([end])).toEqual({ expected: 2, missing: [`pay_1 ${NOTIFY_URL_ENDPOINT}`] });
    await told({ version: 2, endpointId: NOTIFY_URL_ENDPOINT });
    expect((await look([end])).expected).toBe(4);
    expect(exact).toEqual(['pay_1']);
  });

  it('reads an end exactly where its PENDING is not seen', async () => {
    const end = succeeded({ version: 2 });
    const { told, look, exact, ports, stores } = await shop([pending({ notifyUrl: TILL }), end]);
    await told({ version: 2 });
    ports.glance.outcomes = async (keys) =>
      (await stores.glance.outcomes(keys)).map((one) => (one?.version === 1 ? undefined : one));
    expect(await look([end])).toEqual({ expected: 2, missing: [`pay_1 ${NOTIFY_URL_ENDPOINT}`] });
    expect(exact).toEqual(['pay_1']);
  });

  it('keeps the first transaction that cannot be read, and names what is missing of the others', async () => {
    const rows = many.slice(0, 3);
    const { look, found, ports, stores } = await shop(rows);
    ports.outcomes.transaction = async (key) => {
      if (key.transactionId === transaction('pay_1')) throw unreadableRowFault('pay_1', 'custom /amount');
      return stores.outcomes.transaction(key);
    };
    expect((await look(rows)).missing).toEqual(['pay_0 ep_1', 'pay_2 ep_1']);
    expect(found.unreadable?.message).toContain('pay_1');
  });
});
