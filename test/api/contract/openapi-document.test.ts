import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../lib/api/contract/openapi-document.ts';
import { operations } from '../../../lib/api/contract/operations.ts';
import { callbackSchema, testCallbackSchema } from '../../../lib/api/contract/webhooks.ts';
import { answeredWell } from '../../support/contract.ts';
import type { World } from '../../support/demo-world.ts';
import { createWorld, payment, START_MS, statusExchange } from '../../support/world.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document, checked field by field.
const document = openApiDocument('1') as any;

/** Lets a PENDING pass its horizon without an answer. */
async function unresolve(world: World): Promise<void> {
  for (const check of world.ports.contents.checks.values()) {
    const { nextAttemptAt: _due, ...rest } = check;
    await world.ports.checks.save({ ...rest, state: 'unresolved', rev: check.rev + 1 }, check.rev);
  }
}

describe('the OpenAPI document', () => {
  it('describes a callback as it is sent, with its headers', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    const { endpointId } = await demo.endpoint();
    const full = payment({
      reference: 'ORDER-1',
      reason: { code: 'OK', message: 'paid' },
      relatedTransactionId: 'pay_0',
      metadata: { till: 7 },
    });
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', full);
    await world.relayAll();
    await world.drain();
    await world.call(demo.manager, `POST /v1/merchants/demo/endpoints/${endpointId}/test`);
    const [told, tested] = world.requests;
    expect(callbackSchema.parse(JSON.parse(told?.body ?? '')).type).toBe('payment.succeeded');
    expect(testCallbackSchema.parse(JSON.parse(tested?.body ?? ''))).toBeTruthy();
    const described = document.webhooks.outcome.post.parameters.map(({ name }: { name: string }) => name);
    const { 'content-type': _type, 'user-agent': _agent, ...sent } = told?.headers ?? {};
    expect(Object.keys(sent).sort()).toEqual(described.sort());
  });

  it('names the headers of a signed answer where answers are signed, and nowhere else', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    const answer = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    const sent = [...answer.headers.keys()].filter((name) => name.startsWith('webhook-'));
    expect(sent).toHaveLength(3);
    const { responses } = document.paths['/v1/transactions/{transactionId}'].get;
    const headersOf = (status: string) => {
      const name = responses[status].$ref?.replace('#/components/responses/', '');
      const response = name === undefined ? responses[status] : document.components.responses[name];
      return Object.keys(response.headers ?? {}).sort();
    };
    for (const status of ['200', '400', '403', '404', '500', '503']) {
      expect(headersOf(status)).toEqual(sent.sort());
    }
    // The key's owner is not known yet.
    expect(headersOf('401')).toEqual([]);
    expect(document.paths['/v1/keys'].get.responses['200'].headers).toBeUndefined();
  });

  it('describes what every operation answers to every key that may ask', async () => {
    // The tests of this process share it: what others asked does not count here.
    answeredWell.clear();
    const world = createWorld();
    const demo = await world.merchant('demo', { schedule: [1] });
    const { manager, receiver, initiator } = demo;
    const { admin } = world;
    const tell = (id: string, changes: object = {}) =>
      world.call(initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment(changes));
    world.receiver.answer = () => statusExchange(500);
    const { endpointId } = await demo.endpoint({ types: ['*', 'tidings.*'] });
    await tell('pay_1', {
      reference: 'ORDER-1',
      reason: { code: 'OK', message: 'paid' },
      metadata: { till: 7 },
    });
    await tell('pay_2', { status: 'PENDING' });
    await world.relayAll();
    await world.drain();
    await world.countAll();
    await unresolve(world);
    world.time.nowMs = START_MS + 10 * 60_000;
    await world.closeWindows();
    const good = async (keys: readonly string[], request: string, body?: object) => {
      for (const key of keys) {
        const { status, text, json } = await world.call(key, request, body);
        expect([request, status < 300 ? 'good' : text]).toEqual([request, 'good']);
        if (status === 202 && json.jobId !== undefined)
          await good([key], `${request.replace('POST', 'GET')}/${json.jobId}`);
        world.time.nowMs += 60_000;
      }
    };
    const own = '/v1/merchants/demo';
    /** Requests of the merchant's own keys, and of an admin about this merchant. */
    const asked = async (request: string, body?: object) => {
      await good([manager, receiver], request, body);
      await good([admin], request.replace('/v1', own), body);
    };
    const manages = [admin, manager];
    const batch = { transactions: [{ transactionId: 'pay_3', ...payment() }, { amount: -1 }] };
    await good([initiator], `POST ${own}/transactions`, batch);
    for (const query of ['', '?type=payment', '?reference=ORDER-1']) {
      await asked(`GET /v1/transactions${query}`);
    }
    const start = '2026-11-20T08:00:00Z';
    await asked('GET /v1/transactions/pay_1');
    await good([initiator], `GET ${own}/transactions/pay_1`);
    await asked(`GET /v1/windows?from=${start}`);
    await asked(`GET /v1/windows/${start}?buckets=256`);
    await asked(`GET /v1/windows/${start}/transactions`);
    await asked('POST /v1/reconciliations', { window: start, rows: [] });
    await asked('GET /v1/notifications?state=exhausted');
    for (const query of ['', '&resolution=day', `&endpointId=${endpointId}`]) {
      await good([manager, receiver, admin], `GET /v1/stats?from=${start}${query}`);
    }
    await asked('GET /v1/deliveries');
    await asked('GET /v1/alerts');
    await asked(`POST /v1/notifications/pay_1.1.${endpointId}/redeliver`);
    const range = { from: '2026-11-20T07:00:00Z', to: '2026-11-20T09:00:00Z' };
    await asked('POST /v1/redeliveries', range);
    await asked('GET /v1/redeliveries?limit=1');
    const [{ jobId }] = (await world.call(receiver, 'GET /v1/redeliveries')).json.items;
    await asked(`POST /v1/redeliveries/${jobId}/cancel`);
    await good([manager, receiver], 'POST /v1/transactions/pay_1/acknowledge', { version: 1 });
    await good([admin, initiator], 'GET /v1/unresolved');
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    await good([admin, initiator], 'POST /v1/unresolved/demo/pay_2/resolve', found);
    await good([admin], 'GET /v1/merchants?prefix=de&limit=1');
    await good(manages, `GET ${own}`);
    await good([admin], `PATCH ${own}`, { name: 'Demo' });
    await good(manages, `POST ${own}/secrets`);
    await good(manages, `POST ${own}/endpoints`, { url: 'https://shop.example/', signature: 'both' });
    await good(manages, `GET ${own}/endpoints`);
    await good(manages, `GET ${own}/endpoints/${endpointId}`);
    await good(manages, `PATCH ${own}/endpoints/${endpointId}`, {
      signature: 'v1a',
      expectBody: 'ok',
      description: 'Order service',
    });
    await good(manages, `POST ${own}/endpoints/${endpointId}/secrets`);
    await good(manages, `POST ${own}/endpoints/${endpointId}/test`);
    await good(manages, `PUT ${own}/endpoints/orders`, { url: 'https://shop.example/' });
    await good([manager], `DELETE ${own}/endpoints/${endpointId}`);
    await good(manages, `POST ${own}/keys`, { scope: 'receiver', expiresAt: '2027-01-01T00:00:00Z' });
    await good(manages, `GET ${own}/keys`);
    const { keyId } = (await world.call(manager, `POST ${own}/keys`, { scope: 'receiver' })).json;
    await good([manager], `DELETE ${own}/keys/${keyId}`);
    const forAll = (await world.call(admin, 'POST /v1/keys', { scope: 'admin' })).json.keyId;
    await good(manages, `POST ${own}/portal-links`, { expiresInSeconds: 60 });
    await good(manages, 'POST /v1/portal-links');
    await good([admin], 'GET /v1/keys');
    await good([admin], `DELETE /v1/keys/${forAll}`);
    await good([admin, manager], 'GET /v1/audit-log');
    await world.ports.parking.park({ recordId: 'record1', reason: 'unreadable', payload: '{}' });
    world.ports.deadLetterQueues.lanes.put({ body: '{}' });
    await good([admin, manager], 'GET /v1/overview');
    await good([admin], 'GET /v1/overview?merchantId=demo');
    for (const request of ['GET /v1/dead-letters', 'GET /v1/parked', 'POST /v1/parked/put-back'])
      await good([admin], request);
    await good([admin], 'POST /v1/parked/record1/put-back');
    await good([admin], 'POST /v1/dead-letters/redrive', { queue: 'lanes' });
    await good([''], 'GET /v1/public-keys');
    await good([admin, manager, receiver, initiator], 'GET /v1/whoami');
    world.time.nowMs = START_MS + 2 * 86_400_000;
    // One run closes an hour.
    for (let hours = 0; hours < 24; hours += 1) await world.closeWindows();
    await world.stateDays();
    await asked('GET /v1/statements/2026-11-20');
    await good([admin], `DELETE ${own}?confirm=demo`);
    await good([admin], `GET ${own}/erasure`);
    const all = operations.map(({ method, path }) => `${method} ${path}`);
    // The document itself is served by a function of its own, also as a page.
    expect(all.filter((name) => !answeredWell.has(name))).toEqual(['get /openapi.json', 'get /docs']);
  });

  it('says where the service is: where the document came from', () => {
    expect(document.servers).toEqual([expect.objectContaining({ url: '/' })]);
  });
});
