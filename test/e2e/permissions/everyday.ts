import { expect } from 'vitest';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { eventually } from '../../support/eventually.ts';
import { openShop } from '../../support/running/test-shop.ts';
import { payment } from '../../support/world.ts';
import { type Journey, openServer } from './journey.ts';

/** Every operation of administrators, and a test request. */
export async function manage({ admin, api, call, service }: Journey): Promise<void> {
  const merchant = { merchantId: 'managed', name: 'Managed' };
  await admin('POST /v1/merchants', merchant);
  await admin('POST /v1/merchants', merchant);
  const path = '/v1/merchants/managed';
  await admin(`GET ${path}`);
  await admin('GET /v1/merchants?prefix=man');
  await admin(`PATCH ${path}`, { name: 'Renamed' });
  await admin(`POST ${path}/secrets`, { overlapSeconds: 0 });
  const server = await openServer(() => ({ status: 204 }));
  const { endpointId } = await admin(`POST ${path}/endpoints`, { url: server.url });
  const endpoint = `${path}/endpoints/${endpointId}`;
  await admin(`GET ${path}/endpoints`);
  await admin(`GET ${endpoint}`);
  await admin(`PATCH ${endpoint}`, { types: ['payment.failed'] });
  await admin(`POST ${endpoint}/secrets`, { overlapSeconds: 0 });
  const { key } = await admin(`POST ${path}/keys`, { scope: 'merchant' });
  await admin(`POST ${endpoint}/test`);
  // Only one at a time may run: the others are refused by the gate.
  const tests = await Promise.all([1, 2, 3].map(() => api(key, `POST ${endpoint}/test`)));
  expect(tests.every(({ status }) => status < 500)).toBe(true);
  await admin(`DELETE ${endpoint}`);
  const own = await admin(`POST ${path}/keys`, { scope: 'receiver' });
  await call(key, `GET ${path}/keys`);
  await admin(`DELETE ${path}/keys/${own.keyId}`);
  const global = await service.create('POST /v1/keys', { scope: 'initiator' });
  await admin('GET /v1/keys');
  await admin('GET /v1/whoami');
  await admin(`GET /v1/audit-log?merchantId=managed`);
  await admin(`DELETE /v1/keys/${global.keyId}`);
  await admin(`POST ${path}/endpoints`, { url: server.url });
  server.close();
  expect((await api(service.adminKey, `DELETE ${path}`)).status).toBe(409);
  await admin(`DELETE ${path}?confirm=managed`);
  await admin(`DELETE ${path}`);
}

/** Outcomes by every way in. */
export async function record(journey: Journey): Promise<void> {
  const { api, call, initiatorKey, send, service, judged } = journey;
  const shop = await openShop(service, 'alpha', { schedule: [1, 1, 2, 2] });
  await journey.record('alpha', 'pay_1', { reference: 'order_1' });
  await journey.record('alpha', 'pay_1', { reference: 'order_1' });
  const path = 'PUT /v1/merchants/alpha/transactions';
  expect((await api(initiatorKey, `${path}/pay_1`, payment({ status: 'FAILED' }))).status).toBe(409);
  expect((await api(shop.receiverKey, `${path}/pay_1`, payment())).status).toBe(403);
  await journey.record('alpha', 'pay_2', { status: 'PENDING' });
  await journey.record('alpha', 'pay_2');
  // So many that a batch of the first lane holds several. Their outcomes are read in one request.
  const many = Array.from({ length: 40 }, (_, number) => ({ transactionId: `many_${number}`, ...payment() }));
  await call(initiatorKey, 'POST /v1/merchants/alpha/transactions', {
    transactions: [{ transactionId: 'pay_3', ...payment() }, ...many],
  });
  await send('TidingsIntakeQueue', { merchantId: 'alpha', transactionId: 'pay_4', ...payment() });
  await send('TidingsIntakeQueue', 'no JSON');
  const Detail = JSON.stringify({ merchantId: 'alpha', transactionId: 'pay_5', ...payment() });
  await journey.event({ Source: 'bank', DetailType: 'Transaction Outcome', Detail });
  for (const id of ['pay_1', 'pay_2', 'pay_3', 'pay_4', 'pay_5']) await shop.heard(id);
  await judged.until({ role: 'TidingsRecord', action: 'sqs:SendMessage', resource: 'IntakeDeadLetters' });
  await judged.until({ role: 'TidingsDeliver', action: 'dynamodb:BatchGetItem' });
  await askAll(journey, shop.receiverKey);
  await shop.stop();
}

/** Everything that a receiver asks. */
async function askAll(
  { admin, api, call, whilePlacesAreTaken }: Journey,
  receiverKey: string,
): Promise<void> {
  const ask = (path: string) => call(receiverKey, `GET ${path}`);
  const { listedAt } = await ask('/v1/transactions/pay_1');
  await admin('GET /v1/merchants/alpha/transactions/pay_1');
  const { items: byReference } = await admin('GET /v1/merchants/alpha/transactions?reference=order_1');
  expect(byReference).toMatchObject([{ transactionId: 'pay_1' }]);
  await admin('GET /v1/merchants/alpha/notifications?state=exhausted');
  await ask('/v1/transactions?reference=order_1');
  await ask(`/v1/stats?from=${listedAt}`);
  await eventually(
    () => ask('/v1/transactions'),
    ({ items }) => expect(items.length).toBeGreaterThan(2),
  );
  const from = `${listedAt.slice(0, 19)}.000Z`;
  const { items } = await eventually(
    async () => (await api(receiverKey, `GET /v1/windows?from=${from}`)).json,
    (json) => expect(json.closedThrough > listedAt).toBe(true),
  );
  const [{ start }] = items as readonly [{ readonly start: string }];
  await ask(`/v1/windows/${start}?buckets=256`);
  await ask(`/v1/windows/${start}/transactions`);
  await call(receiverKey, 'POST /v1/reconciliations', { window: start, rows: [] });
  await ask('/v1/notifications?state=retrying');
  await ask('/v1/public-keys');
  await api(receiverKey, 'GET /openapi.json');
  // More large questions at a time than one merchant may ask.
  const day = `GET /v1/windows?from=${from.slice(0, 10)}T00:00:00.000Z&resolution=hour`;
  expect((await whilePlacesAreTaken('alpha', () => api(receiverKey, day))).status).toBe(429);
}

/** PENDINGs: asked about, given up, ended by hand, overdue. */
export async function checkBack(journey: Journey): Promise<void> {
  const { admin, call, set, service, judged, appears } = journey;
  const shop = await openShop(service, 'zeta', { schedule: [1] });
  const end = { status: 'SUCCEEDED', amount: 1999, currency: 'CNY', occurredAt: '2026-11-20T08:00:01Z' };
  const bank = await openServer((body) =>
    body.includes('"answered"') ? { status: 200, body: end } : { status: 500 },
  );
  const pending = (afterSeconds: number) => ({
    status: 'PENDING',
    checkBack: { url: bank.url, afterSeconds },
  });
  await journey.record('zeta', 'answered', pending(1));
  await journey.record('zeta', 'overdue', pending(900));
  await shop.heard('answered');
  const listed = async () => (await admin('GET /v1/unresolved')).items as { transactionId: string }[];
  const isListed = (id: string) =>
    eventually(listed, (items) => expect(items.map(({ transactionId }) => transactionId)).toContain(id));
  // One that is asked a second time within its horizon: on a busy machine not every one is.
  let unknown = 0;
  await eventually(
    async () => {
      const id = `unknown_${unknown++}`;
      await journey.record('zeta', id, pending(1));
      await isListed(id);
      return judged.has({ role: 'TidingsCheck', action: 'sqs:SendMessage', resource: 'CheckLane' });
    },
    (isSeen) => expect(isSeen).toBe(true),
  );
  const { key } = await service.create('POST /v1/merchants/zeta/keys', { scope: 'initiator' });
  await call(key, 'GET /v1/unresolved');
  await admin('POST /v1/unresolved/zeta/unknown_0/resolve', { status: 'FAILED', occurredAt: end.occurredAt });
  await shop.heard('unknown_0');
  const check = await appears('T#zeta#overdue', ({ sk }) => sk === 'C#0001');
  await set(check, 'nextAttemptAt', '2026-11-20T08:00:00.000Z');
  await judged.until({ role: 'TidingsSweep', action: 'sqs:SendMessage', resource: 'CheckLane' });
  await isListed('overdue');
  await shop.stop();
  bank.close();
}

/** What operators do about the whole service, with what was set aside. */
export async function operate({
  admin,
  call,
  initiatorKey,
  put,
  send,
  service,
  appears,
}: Journey): Promise<void> {
  const shop = await openShop(service, 'iota', { schedule: [1] });
  await call(shop.receiverKey, 'GET /v1/whoami');
  const path = 'PUT /v1/merchants/iota/transactions';
  await call(initiatorKey, `${path}/pay_1`, payment());
  const checkBack = { url: 'http://127.0.0.1:9/check', afterSeconds: 600 };
  await call(initiatorKey, `${path}/pay_2`, payment({ status: 'PENDING', checkBack }));
  await call(initiatorKey, `${path}/pay_2`, payment());
  const { pk, sk } = await appears('T#iota#pay_1', ({ state }) => state === 'delivered');
  const [, , endpointId] = String(sk).split('#');
  const day = new Date().toISOString();
  for (const [id, version] of [
    ['pay_1', 1],
    ['pay_2', 1],
    ['pay_2', 2],
  ] as const) {
    const recordId = `operate-${id}-${version}`;
    const payload = `"pk":{"S":"T#iota#${id}"},"sk":{"S":"V#000${version}"}`;
    const key = { pk: `P#${day.slice(0, 10)}#${partitionOf(recordId)}`, sk: recordId };
    await put({ ...key, parkedAt: day, reason: 'unreadable', payload });
  }
  await admin('GET /v1/parked');
  await admin('GET /v1/overview');
  await admin('GET /v1/overview?merchantId=iota');
  await admin('POST /v1/parked/operate-pay_1-1/put-back');
  await admin('POST /v1/parked/put-back');
  const message = { merchantId: 'iota', transactionId: 'pay_1', rev: 0 };
  await send('TidingsDeadLetters', { ...message, version: 1, endpointId });
  await send('TidingsIntakeDeadLetters', { merchantId: 'iota', transactionId: String(pk), ...payment() });
  await admin('GET /v1/dead-letters');
  for (const queue of ['lanes', 'intake']) await admin('POST /v1/dead-letters/redrive', { queue });
  await shop.stop();
}
