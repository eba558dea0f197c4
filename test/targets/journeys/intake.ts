import assert from 'node:assert/strict';
import { type Merchant, openMerchant, payment } from '../suite/merchant.ts';
import { type Journey, patiently } from '../suite/scene.ts';
import { needed } from '../target.ts';

const itemOf = (merchant: Merchant, transactionId: string) =>
  JSON.stringify({ merchantId: merchant.merchantId, transactionId, ...payment() });

const isRecorded = (merchant: Merchant, transactionId: string) =>
  patiently(
    async () => (await merchant.tryToAsk(`/v1/transactions/${transactionId}`)).json.status,
    (status) => assert.equal(status, 'SUCCEEDED'),
  );

export const intakeQueue: Journey = {
  name: 'intake-queue',
  shows: 'an outcome that is sent to the intake queue, twice, is recorded once',
  async run(scene) {
    const send = needed(scene.target.queue);
    const merchant = await openMerchant(scene, 'shop');
    await send(itemOf(merchant, 'pay_1'));
    await send(itemOf(merchant, 'pay_1'));
    await isRecorded(merchant, 'pay_1');
    assert.equal((await merchant.ask('/v1/transactions/pay_1')).outcomes.length, 1);
  },
};

export const intakeEvents: Journey = {
  name: 'intake-events',
  shows: 'an event on the bus is recorded, and one of another kind is not',
  async run(scene) {
    const put = needed(scene.target.events);
    const merchant = await openMerchant(scene, 'shop');
    await put('Something Else', itemOf(merchant, 'pay_2'));
    await put('Transaction Outcome', itemOf(merchant, 'pay_1'));
    await isRecorded(merchant, 'pay_1');
    assert.equal((await merchant.ask('/v1/transactions/pay_2', 404)).code, 'unknown_transaction');
  },
};
