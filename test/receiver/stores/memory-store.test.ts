import { expect, it } from 'vitest';
import type { Outcome } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { sampleOutcome } from '../../../lib/receiver/testing/index.ts';
import { openKit } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';

const second = sampleOutcome({ transactionId: 'pay_2' });
const nothing = () => undefined;

it('refuses an onOutcome that waits for another outcome of the same receiver, and goes on', async () => {
  let asks = true;
  const kit = await openKit(createWorld(), {
    receiver: {
      onOutcome: async ({ transactionId }: Outcome) => {
        if (transactionId === 'pay_1' && asks) await kit.receiver.due({ transactionId: 'pay_2' });
      },
    },
  });
  await kit.record('pay_1');
  await kit.record('pay_2');
  await expect(kit.receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
    code: 'outcome_not_applied',
    cause: { code: 'effects_refused', retryable: false },
  });
  asks = false;
  for (const transactionId of ['pay_2', 'pay_1']) {
    expect(await kit.receiver.due({ transactionId })).toMatchObject({
      transactions: [{ result: 'applied' }],
    });
  }
});

it('applies what an onOutcome has begun and that comes after its end', async () => {
  const store = memoryStore();
  const later = Promise.withResolvers<unknown>();
  await store.apply(sampleOutcome(), () => {
    setImmediate(() => later.resolve(store.apply(second, nothing)));
  });
  expect(await later.promise).toEqual({ kind: 'applied' });
});

it('lets an onOutcome use another store', async () => {
  const [store, other] = [memoryStore(), memoryStore()];
  const applied = await store.apply(sampleOutcome(), async () => {
    expect(await other.apply(second, nothing)).toEqual({ kind: 'applied' });
  });
  expect(applied).toEqual({ kind: 'applied' });
});
