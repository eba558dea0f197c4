import { expect } from 'vitest';
import { createWorld, payment } from '../../../support/world.ts';

export async function recorded(settings: object = {}, endpoint: object = {}, changes: object = {}) {
  const world = createWorld();
  const demo = await world.merchant('demo', settings);
  const hook = await demo.endpoint(endpoint);
  const put = await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment(changes));
  expect(put.status).toBe(201);
  await world.relayAll();
  const ask = async () => (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).json;
  return { world, demo, hook, ask };
}
