import { expect, it } from 'vitest';
import { recordFromQueue } from '../../../lib/core/record/intake.ts';
import { createWorld, payment } from '../../support/world.ts';

const WAIT_MS = 2_000;

it('an outcome that waits for the table is stamped when it is written, not before', async () => {
  const world = createWorld();
  const demo = await world.merchant('demo');
  const outcomes: typeof world.ports.outcomes = {
    ...world.ports.outcomes,
    inTurn: (write) => {
      world.time.nowMs += WAIT_MS;
      return write();
    },
  };
  const writtenAt = new Date(world.time.nowMs + WAIT_MS).toISOString();
  const body = JSON.stringify({ merchantId: 'demo', transactionId: 'pay_1', ...payment() });
  await recordFromQueue({ ...world.ports, outcomes, recorders: {} }, { messageId: 'm', body });
  const { json } = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
  expect(json).toMatchObject({ status: 'SUCCEEDED', recordedAt: writtenAt });
});
