import assert from 'node:assert/strict';
import { openMerchant } from '../suite/merchant.ts';
import { openNotifyUrl, openReceiver } from '../suite/receiver.ts';
import type { Journey } from '../suite/scene.ts';

export const callback: Journey = {
  name: 'callback',
  shows: 'a signed callback arrives, and the standardwebhooks package verifies it over the raw bytes',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop');
    const receiver = await openReceiver(scene, merchant);
    const notifyUrl = openNotifyUrl(scene, merchant);
    await merchant.record('pay_1', { reference: 'ORDER-1', metadata: { note: '东西 €' } });
    const [told] = await receiver.heard('pay_1');
    assert.equal(told?.type, 'payment.succeeded');
    assert.equal(told?.attempt, 1);
    assert.partialDeepStrictEqual(told?.data, {
      merchantId: merchant.merchantId,
      version: 1,
      amount: 1999,
      currency: 'CNY',
      reference: 'ORDER-1',
      metadata: { note: '东西 €' },
    });
    await merchant.settled('pay_1', 'delivered');

    await merchant.record('pay_2', { notifyUrl: notifyUrl.url, status: 'FAILED' });
    const [own] = await notifyUrl.heard('pay_2');
    assert.equal(own?.type, 'payment.failed');
    await receiver.heard('pay_2');
    assert.deepEqual([...receiver.refused, ...notifyUrl.refused], []);
  },
};
