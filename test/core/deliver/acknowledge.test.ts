import { describe, expect, it } from 'vitest';
import { createWorld, payment } from '../../support/world.ts';
import { recorded } from './state/fenced-payment.ts';

describe('acknowledging', () => {
  it('is for one endpoint where one is named', async () => {
    const { world, demo, endpointId, acknowledge } = await recorded();
    await demo.endpoint();
    const one = await acknowledge({ version: 1, endpointId });
    expect(one.json.notifications).toMatchObject([{ endpointId, state: 'acknowledged' }]);
    expect((await acknowledge({ version: 1, endpointId: 'ep_nobody' })).json.code).toBe(
      'unknown_notification',
    );
    expect((await acknowledge({ version: 3 })).json.code).toBe('invalid_value');
    expect(world.events.filter(({ event }) => event === 'exhausted')).toEqual([]);
  });

  it('of a PENDING is refused, because it has no notifications', async () => {
    const { world, demo } = await recorded();
    await world.call(
      demo.initiator,
      'PUT /v1/merchants/demo/transactions/pay_2',
      payment({ status: 'PENDING' }),
    );
    const answer = await world.call(demo.receiver, 'POST /v1/transactions/pay_2/acknowledge', { version: 1 });
    expect(answer.json).toMatchObject({ status: 409, code: 'not_terminal' });
  });

  it('of a version that a known transaction does not have says so, and never that there is no transaction', async () => {
    const { world, demo, endpointId } = await recorded();
    const pending = payment({ status: 'PENDING' });
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_2', pending);
    const ask = (request: string, body?: object) => world.call(demo.receiver, `POST /v1/${request}`, body);
    for (const id of ['pay_1', 'pay_2']) {
      const acknowledged = await ask(`transactions/${id}/acknowledge`, { version: 2 });
      const redelivered = await ask(`notifications/${id}.2.${endpointId}/redeliver`);
      for (const { json } of [acknowledged, redelivered]) {
        expect(json).toMatchObject({ status: 404, code: 'unknown_version', merchantId: 'demo' });
      }
    }
    for (const { json } of [
      await ask('transactions/pay_9/acknowledge', { version: 1 }),
      await ask(`notifications/pay_9.1.${endpointId}/redeliver`),
    ]) {
      expect(json).toMatchObject({ status: 404, code: 'unknown_transaction' });
    }
  });

  it('works without endpoints too', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    const answer = await world.call(demo.receiver, 'POST /v1/transactions/pay_1/acknowledge', { version: 1 });
    expect(answer.json).toMatchObject({ notifications: [] });
  });
});
