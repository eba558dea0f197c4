import assert from 'node:assert/strict';
import { boundedMap } from '../../../lib/protocol/runtime/bounded-map.ts';
import { type Merchant, openMerchant } from '../suite/merchant.ts';
import { openReceiver, type Receiver } from '../suite/receiver.ts';
import type { Journey } from '../suite/scene.ts';

const OUTCOMES = 100;
const BEFORE = 30;
/** As an initiator with a small pool would. */
const AT_A_TIME = 4;
/** Soon, and for as long as a busy machine may need: nothing is given up before the receiver is back. */
const SCHEDULE = [1, 1, 2, 2, 3, 3, ...Array(24).fill(15)];

interface Shop {
  readonly merchant: Merchant;
  readonly receiver: Receiver;
}

export const threeMerchants: Journey = {
  name: 'three-merchants',
  shows:
    '100 outcomes for three merchants, one of them away for a part of the time: each receives all of its own',
  async run(scene) {
    const shops: Shop[] = [];
    for (const name of ['first', 'second', 'third']) {
      const merchant = await openMerchant(scene, name, { schedule: SCHEDULE });
      shops.push({ merchant, receiver: await openReceiver(scene, merchant) });
    }
    const [first, second, third] = shops as [Shop, Shop, Shop];
    const names = Array.from({ length: OUTCOMES }, (_, n) => ({
      shop: [first, second, third][n % 3] ?? first,
      transactionId: `pay_${n}`,
    }));
    const own = (owner: Shop) => names.filter(({ shop }) => shop === owner);
    const recordAll = (some: typeof names) =>
      boundedMap(some, AT_A_TIME, ({ shop, transactionId }) => shop.merchant.record(transactionId));

    await recordAll(names.slice(0, BEFORE));
    second.receiver.is('away');
    await recordAll(names.slice(BEFORE));
    for (const shop of [first, third]) await shop.receiver.heardOf(own(shop).length);
    second.receiver.is('well');
    await second.receiver.heardOf(own(second).length);

    for (const shop of shops) await assertTold(shop, own(shop));
    const calls = shops.flatMap(({ receiver }) => receiver.callbacks);
    const retried = calls.filter(({ attempt }) => attempt > 1).length;
    assert.ok(retried > 0, 'Nothing was tried again.');
    scene.remark(`${calls.length} callbacks, ${retried} of them retries`);
  },
};

/** Told of exactly its own outcomes, each with one id and one body, and the query says so. */
async function assertTold(
  { merchant, receiver }: Shop,
  own: readonly { readonly transactionId: string }[],
): Promise<void> {
  const told = new Map<string, Set<string>>();
  for (const { transactionId, webhookId, body, data } of receiver.callbacks) {
    assert.partialDeepStrictEqual(data, { merchantId: merchant.merchantId, version: 1, status: 'SUCCEEDED' });
    told.set(transactionId, (told.get(transactionId) ?? new Set()).add(`${webhookId} ${body}`));
  }
  const wanted = own.map(({ transactionId }) => transactionId).sort();
  assert.deepEqual([...told.keys()].sort(), wanted);
  assert.ok([...told.values()].every((forms) => forms.size === 1));
  assert.deepEqual(receiver.refused, []);
  for (const id of wanted) await merchant.settled(id, 'delivered');
}
