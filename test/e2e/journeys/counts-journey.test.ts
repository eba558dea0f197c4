import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { countSoon, editAssembly } from '../../support/running/edited-assembly.ts';
import { NO_FAULTS } from '../../support/running/service-cloud.ts';
import { type ServiceProcess, startServiceProcess } from '../../support/running/service-process.ts';
import { openShop, type Shop } from '../../support/running/test-shop.ts';
import { assemblyOf } from '../../support/synthesized.ts';
import { payment } from '../../support/world.ts';

/** Soon, and for as long as a busy machine may need: nothing is given up before the receiver is back. */
const SCHEDULE = [1, 1, 2, 2, 3, 3, ...Array(24).fill(15)];
/** Settings under which a window is closed and audited within seconds. */
const ENVIRONMENT = {
  TIDINGS_ALLOW_LOOPBACK: 'true',
  TIDINGS_ONE_CLOCK: 'true',
  TIDINGS_FEED_LAG_SECONDS: '3',
  TIDINGS_WINDOW_SECONDS: '1',
  TIDINGS_AUDIT_AFTER_SECONDS: '1',
};
const OUTCOMES = 12;
const DAY_MS = 86_400_000;

interface Notification {
  readonly state: string;
  readonly attempts: readonly { readonly error?: string }[];
}

describe('counts of attempts and states', () => {
  const directory = temporaryDirectory();
  const assemblyDir = join(directory, 'assembly');
  let service: ServiceProcess;
  let initiatorKey: string;
  let shop: Shop;
  const start = () =>
    startServiceProcess({
      dataDir: join(directory, 'data'),
      assemblyDir,
      environment: ENVIRONMENT,
      faults: NO_FAULTS,
      jobs: ['Sweep', 'Close', 'Audit'],
    });
  beforeAll(async () => {
    editAssembly({
      original: assemblyOf('production'),
      directory: assemblyDir,
      template: 'Tidings.template.json',
      edit: countSoon,
    });
    service = await start();
    const made = await service.api(service.adminKey, 'POST /v1/keys', { scope: 'initiator' });
    initiatorKey = expectStatus(made, 201).json.key;
    shop = await openShop(service, 'shop', { schedule: SCHEDULE });
  });
  afterAll(async () => {
    await shop.stop();
    await service.stop();
    removeDirectory(directory);
  });

  const ids = Array.from({ length: OUTCOMES }, (_, n) => `pay_${n}`);
  const record = async (some: readonly string[]) => {
    for (const id of some) {
      const path = `PUT /v1/merchants/shop/transactions/${id}`;
      expectStatus(await service.api(initiatorKey, path, payment()), 200, 201);
    }
  };
  const ask = async (key: string, path: string) =>
    expectStatus(await service.api(key, `GET ${path}`), 200).json;
  const from = new Date(Date.now() - DAY_MS).toISOString();
  const statsOf = async (key: string, query = '') => {
    const { items } = await ask(key, `/v1/stats?from=${from}&resolution=day${query}`);
    const sum = (of: (item: { delivered: number; attempts: number }) => number) =>
      items.reduce((total: number, item: { delivered: number; attempts: number }) => total + of(item), 0);
    return { attempts: sum((item) => item.attempts), delivered: sum((item) => item.delivered) };
  };
  const notifications = async () => {
    const transactions = await Promise.all(ids.map((id) => ask(shop.receiverKey, `/v1/transactions/${id}`)));
    return transactions.flatMap((one): readonly Notification[] => one.notifications);
  };

  it('equal the attempts that are stored, also after a kill in between', async () => {
    shop.err();
    await record(ids.slice(0, OUTCOMES / 2));
    await eventually(
      () => statsOf(shop.receiverKey),
      ({ attempts }) => expect(attempts).toBeGreaterThan(OUTCOMES / 2),
    );
    await service.kill();
    service = await start();
    await record(ids.slice(OUTCOMES / 2));
    await shop.start();
    const settled = await eventually(notifications, (all) =>
      expect(all.map(({ state }) => state)).toEqual(ids.map(() => 'delivered')),
    );
    const stored = {
      attempts: settled.reduce((total, { attempts }) => total + attempts.length, 0),
      delivered: OUTCOMES,
    };
    for (const [key, query] of [
      [shop.receiverKey, ''],
      [service.adminKey, '&merchantId=shop'],
      [service.adminKey, ''],
    ] as const) {
      const counted = await eventually(
        () => statsOf(key, query),
        (stats) => expect(stats).toEqual(stored),
      );
      expect(counted).toEqual(stored);
    }
    // The same in states: what the audit expects, as far as it got, and all that is there.
    const { balance } = await eventually(
      () => ask(service.adminKey, '/v1/overview'),
      (json) => {
        expect(json.balance.expected).toBe(OUTCOMES);
        expect(json.balance).toMatchObject({ delivered: OUTCOMES, open: 0, notAuditedYet: 0, missing: 0 });
      },
    );
    expect(balance).toMatchObject({ acknowledged: 0, exhausted: 0, blocked: 0, beyond: 0 });
    const own = await ask(service.adminKey, '/v1/overview?merchantId=shop');
    expect(own.balance).toMatchObject({ expected: OUTCOMES, delivered: OUTCOMES });
    expect(own.attention.endpoints).toMatchObject({ hasMore: false });
  });
});
