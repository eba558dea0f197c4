import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { openShop, type Shop } from '../../support/running/test-shop.ts';
import { payment } from '../../support/world.ts';

/** Soon, and for as long as a busy machine may need. */
const schedule = [1, 1, 2, 2, 3, 3, ...Array(24).fill(15)];

export function eraseJourney(stage: Stage): void {
  journey('a merchant that is erased while its receiver is away', () => {
    let gone: Shop;
    let other: Shop;
    beforeAll(async () => {
      gone = await openShop(stage.service, 'gone', { schedule });
      other = await openShop(stage.service, 'other', { schedule });
    });
    afterAll(async () => {
      await gone.stop();
      await other.stop();
    });
    const admin = (request: string, body?: object) =>
      stage.service.api(stage.service.adminKey, request, body);
    const record = (merchantId: string, id: string) =>
      stage.service.api(
        stage.service.credentials.initiatorKey,
        `PUT /v1/merchants/${merchantId}/transactions/${id}`,
        payment(),
      );

    it('hears nothing of what was waiting, and the others hear all', async () => {
      gone.err();
      for (const shop of ['gone', 'other']) expectStatus(await record(shop, 'pay_1'), 200, 201);
      await other.heard('pay_1');
      await eventually(
        async () =>
          (await admin('GET /v1/merchants/gone/transactions/pay_1')).json.notifications as readonly {
            readonly state: string;
          }[],
        ([one]) => expect(one?.state).toBe('retrying'),
      );
      const erase = 'DELETE /v1/merchants/gone';
      expectStatus(await admin(erase), 409);
      const { erasedAt } = expectStatus(await admin(`${erase}?confirm=gone`), 200).json;
      expect(expectStatus(await admin(erase), 200).json.erasedAt).toBe(erasedAt);
      await eventually(
        async () => await record('gone', 'pay_2'),
        ({ json }) => expect(json.code).toBe('merchant_erased'),
      );
      await eventually(
        async () => await stage.service.api(gone.receiverKey, 'GET /v1/transactions/pay_1'),
        ({ status }) => expect(status).toBe(401),
      );
      expect((await admin('GET /v1/merchants/gone')).json.code).toBe('unknown_merchant');
      expect((await admin('POST /v1/merchants', { merchantId: 'gone', name: 'Gone' })).status).toBe(410);
      // Settings are cached no more, so its receiver may take anything.
      await gone.stop();
      await gone.start();
      expectStatus(await record('other', 'pay_3'), 200, 201);
      await other.heard('pay_3');
      expect([...gone.callbacks.keys()]).toEqual([]);
    });
  });
}
