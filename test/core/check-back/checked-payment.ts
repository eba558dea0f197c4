import type { Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import type { World } from '../../support/demo-world.ts';
import { createWorld, payment, type Sent } from '../../support/world.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const URL = 'https://bank.example/check';

export function says(statusCode: number, body: unknown): Exchange {
  return {
    kind: 'response',
    statusCode,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    durationMs: 5,
  };
}

export const END = { status: 'SUCCEEDED', amount: 1999, currency: 'CNY', occurredAt: '2026-11-20T08:00:01Z' };

export async function prepared(checkBack: object = {}, key = 'pay_1') {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [10] });
  const path = `/v1/merchants/demo/transactions/${key}`;
  const record = (changes: object) => world.call(demo.initiator, `PUT ${path}`, payment(changes));
  const answer = await record({ status: 'PENDING', checkBack: { url: URL, ...checkBack } });
  await world.relayAll();
  const transaction = async () => (await world.call(demo.receiver, `GET /v1/transactions/${key}`)).json;
  const check = () => world.ports.contents.checks.get(`demo#${key}`);
  const unresolved = async () => (await world.call(world.admin, 'GET /v1/unresolved')).json.items;
  return { world, demo, record, answer, transaction, check, unresolved };
}

export function take(world: World): Sent {
  const sent = world.queue.shift();
  if (sent === undefined) throw new Error('the queue is empty');
  world.time.nowMs = Math.max(world.time.nowMs, sent.atMs);
  return sent;
}
