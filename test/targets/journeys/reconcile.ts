import assert from 'node:assert/strict';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { createReceiver } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { closedThrough, hourOf } from '../suite/closed-windows.ts';
import { openMerchant } from '../suite/merchant.ts';
import type { Journey } from '../suite/scene.ts';

const HEARD = 10;
const MISSED = 3;

export const reconcile: Journey = {
  name: 'reconcile',
  shows: 'a receiver with the kit that missed callbacks finds exactly those, and its digest then equals ours',
  async run(scene) {
    const { api, target } = scene;
    const merchant = await openMerchant(scene, 'shop', { schedule: [1] });
    const since = hourOf(new Date().toISOString());
    let isAway = false;
    const url = scene.receivers.open(merchant.merchantId, async (received) =>
      isAway ? undefined : await receiver.handle({ method: 'POST', ...received }),
    );
    const path = `POST /v1/merchants/${merchant.merchantId}/endpoints`;
    const endpoint = expectStatus(await api(target.rootKey, path, { url }), 201).json;
    const applied: string[] = [];
    const receiver = createReceiver({
      merchantId: merchant.merchantId,
      secrets: endpoint.secret,
      store: memoryStore(),
      onOutcome: ({ transactionId }) => void applied.push(transactionId),
      service: {
        url: target.apiUrl,
        key: merchant.receiverKey,
        merchantSecrets: merchant.secret,
        since,
      },
    });

    const heard = Array.from({ length: HEARD }, (_, n) => `pay_${n}`);
    for (const id of heard) await merchant.record(id);
    for (const id of heard) await merchant.settled(id, 'delivered');
    isAway = true;
    const missed = Array.from({ length: MISSED }, (_, n) => `missed_${n}`);
    let last = '';
    for (const id of missed) last = (await merchant.record(id)).listedAt;
    for (const id of missed) await merchant.settled(id, 'exhausted');
    assert.deepEqual([...applied].sort(), [...heard].sort());

    await closedThrough(merchant, { from: since, last });
    const report = await receiver.reconcile();
    assert.equal(report.applied, MISSED);
    assert.deepEqual([...applied].sort(), [...heard, ...missed].sort());
    assert.equal((await receiver.compare())?.isEqual, true);
    for (const id of missed) await merchant.settled(id, 'acknowledged');
    scene.remark(`${MISSED} of ${HEARD + MISSED} found in ${report.requests} requests`);
  },
};
