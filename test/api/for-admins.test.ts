import { beforeEach, describe, expect, it, vi } from 'vitest';
import { operations } from '../../lib/api/contract/operations.ts';
import type { Shop, World } from '../support/demo-world.ts';
import { createWorld, payment, statusExchange } from '../support/world.ts';

const FORMS = operations.filter(({ operationId }) => operationId.endsWith('ForMerchant'));
const WINDOW = '2026-11-20T08:00:00Z';
const CLAIM = { window: WINDOW, rows: [] };
const RANGE = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' };

describe('the forms for admins', () => {
  let world: World;
  let demo: Shop;
  let hook: { readonly endpointId: string };
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    world = createWorld();
    demo = await world.merchant('demo', { schedule: [10] });
    hook = await demo.endpoint({ types: ['*', 'tidings.*'] });
    world.receiver.answer = () => statusExchange(503);
    for (const transactionId of ['pay_1', 'pay_2', 'pay_3']) {
      const content = payment({ reference: 'order_1' });
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${transactionId}`, content);
    }
    await world.relayAll();
    await world.drain();
    world.time.nowMs += 24 * 3_600_000;
    for (let run = 0; run < 40; run += 1) await world.closeWindows();
    await world.stateDays();
    return () => vi.useRealTimers();
  });

  /** A request of the merchant's own key, and an admin's about that merchant. */
  const both = async (request: string, body?: object) => {
    const own = await world.call(demo.receiver, request, body);
    const asked = await world.call(world.admin, request.replace('/v1', '/v1/merchants/demo'), body);
    return { own, asked };
  };

  it.each([
    ['a transaction', 'GET /v1/transactions/pay_1'],
    ['the feed', 'GET /v1/transactions?from=2026-11-20T00:00:00Z&limit=2'],
    ['the transactions of a reference', 'GET /v1/transactions?reference=order_1'],
    ['what was not delivered', 'GET /v1/notifications?state=exhausted'],
    ['alerts', 'GET /v1/alerts'],
    ['digests', 'GET /v1/windows?from=2026-11-20T08:00:00Z'],
    ['a window', `GET /v1/windows/${WINDOW}?buckets=256`],
    ['the rows of a window', `GET /v1/windows/${WINDOW}/transactions?limit=2`],
    ['a statement', 'GET /v1/statements/2026-11-20'],
    ['a reconciliation', 'POST /v1/reconciliations', CLAIM],
  ])(
    'answer with the same data as the merchant’s own key gets, unsigned: %s',
    async (_, request, body?: object) => {
      const { own, asked } = await both(request, body);
      expect([own.status, asked.status]).toEqual([200, 200]);
      const { merchantId: _m, request: _r, asOf: _a, ...data } = own.json;
      const { merchantId: _n, ...seen } = request.endsWith('pay_1')
        ? asked.json
        : { merchantId: '', ...asked.json };
      expect(seen).toEqual(data);
      expect(own.headers.get('webhook-signature')).toBeTruthy();
      expect(asked.headers.get('webhook-signature')).toBeNull();
    },
  );

  it('share cursors with the merchant’s own requests', async () => {
    const { own } = await both('GET /v1/transactions?from=2026-11-20T00:00:00Z&limit=2');
    const { asked } = await both(`GET /v1/transactions?cursor=${own.json.nextCursor}`);
    expect(asked.json.items.map(({ transactionId }: { transactionId: string }) => transactionId)).toEqual([
      'pay_3',
    ]);
  });

  it('send one notification again, and a range', async () => {
    world.receiver.answer = () => statusExchange(204);
    const one = `POST /v1/merchants/demo/notifications/pay_1.1.${hook.endpointId}/redeliver`;
    expect((await world.call(world.admin, one)).json).toMatchObject({ state: 'retrying' });
    await world.drain();
    const view = await world.call(world.admin, 'GET /v1/merchants/demo/transactions/pay_1');
    expect(view.json.notifications[0].state).toBe('delivered');
    const started = await world.call(world.admin, 'POST /v1/merchants/demo/redeliveries', RANGE);
    expect(started.json).toMatchObject({ state: 'running' });
    const path = `/v1/redeliveries/${started.json.jobId}`;
    const { own, asked } = await both(`GET ${path}`);
    expect([own.status, asked.status]).toEqual([200, 200]);
    await world.merchant('other');
    const elsewhere = await world.call(world.admin, `GET ${path.replace('/v1', '/v1/merchants/other')}`);
    expect(elsewhere.json.code).toBe('unknown_job');
  });

  it('send nothing again for a key that was revoked a moment ago', async () => {
    const { key, keyId } = (await world.call(world.admin, 'POST /v1/keys', { scope: 'admin' })).json;
    const one = `POST /v1/merchants/demo/notifications/pay_1.1.${hook.endpointId}/redeliver`;
    expect((await world.call(key, one)).status).toBe(202);
    await world.call(world.admin, `DELETE /v1/keys/${keyId}`);
    expect((await world.call(key, one)).json.code).toBe('invalid_key');
    expect((await world.call(key, 'POST /v1/merchants/demo/redeliveries', RANGE)).json.code).toBe(
      'invalid_key',
    );
  });

  it('never acknowledge: only the receiver knows what it applied', async () => {
    expect(FORMS.map(({ operationId }) => operationId)).not.toContain('acknowledgeForMerchant');
    const body = { version: 1 };
    const own = await world.call(world.admin, 'POST /v1/transactions/pay_1/acknowledge', body);
    expect(own.json.code).toBe('insufficient_scope');
    const path = '/v1/merchants/demo/transactions/pay_1/acknowledge';
    expect((await world.call(world.admin, `POST ${path}`, body)).status).toBe(404);
  });

  it('exist for every other request that a receiver’s key may make', () => {
    const own = operations.filter(({ merchant }) => merchant === 'key').map(({ operationId }) => operationId);
    const without = own.filter((id) => !FORMS.some(({ operationId }) => operationId === `${id}ForMerchant`));
    // An admin reads a transaction where its initiator does.
    expect(without).toEqual(['askTransaction', 'acknowledge']);
  });

  const requestOf = ({ method, path }: (typeof FORMS)[number], merchantId: string) =>
    `${method.toUpperCase()} ${path
      .replace('{merchantId}', merchantId)
      .replace('{notificationId}', `pay_1.1.${hook.endpointId}`)
      .replace('{start}', WINDOW)
      .replace('{date}', '2026-11-20')
      .replaceAll(/\{\w+\}/g, 'nothing1')}`;
  /** Well-formed, so that nothing but the key or the merchant is refused. */
  const rest: Readonly<Record<string, { readonly query?: string; readonly body?: object }>> = {
    listWindowsForMerchant: { query: '?from=2026-11-20T08:00:00Z' },
    listNotificationsForMerchant: { query: '?state=exhausted' },
    reconcileForMerchant: { body: CLAIM },
    redeliverRangeForMerchant: { body: RANGE },
  };

  it.each(FORMS)('$operationId takes no key of a merchant: neither another’s nor its own', async (form) => {
    const other = await world.merchant('other');
    const keys = [demo, other].flatMap(({ receiver, manager, initiator }) => [receiver, manager, initiator]);
    const { query = '', body } = rest[form.operationId] ?? {};
    for (const key of keys) {
      const answer = await world.call(key, `${requestOf(form, 'demo')}${query}`, body);
      expect(answer.json).toMatchObject({ status: 403, code: 'insufficient_scope' });
    }
  });

  it.each(FORMS)(
    '$operationId refuses a merchant that does not exist, instead of an empty answer',
    async (form) => {
      const { query = '', body } = rest[form.operationId] ?? {};
      const answer = await world.call(world.admin, `${requestOf(form, 'nobody')}${query}`, body);
      expect(answer.json).toMatchObject({ status: 404, code: 'unknown_merchant' });
    },
  );

  /** Erases the merchant while this process has its settings cached. */
  const eraseMeanwhile = async () => {
    for (const key of [demo.manager, world.admin]) {
      const path = key === world.admin ? '/v1/merchants/demo/alerts' : '/v1/alerts';
      expect((await world.call(key, `GET ${path}`)).status).toBe(200);
    }
    expect((await world.call(world.admin, 'DELETE /v1/merchants/demo?confirm=demo')).status).toBe(200);
    world.time.nowMs += 1_000;
  };
  const ownOf = (request: string) => request.replace('/v1/merchants/demo', '/v1');

  it.each(FORMS)(
    '$operationId of a merchant that is erased meanwhile is no failure, also by its own key',
    async (form) => {
      await eraseMeanwhile();
      const { query = '', body } = rest[form.operationId] ?? {};
      const request = `${requestOf(form, 'demo')}${query}`;
      const own = await world.call(demo.manager, ownOf(request), body);
      const asked = await world.call(world.admin, request, body);
      expect([own, asked].filter(({ status }) => status >= 500)).toEqual([]);
    },
  );

  it.each<[string, string, object?]>([
    ['the feed', 'GET /v1/merchants/demo/transactions'],
    ['deliveries', 'GET /v1/merchants/demo/deliveries?from=2026-11-20T00:00:00Z'],
    ['the rows of a window', `GET /v1/merchants/demo/windows/${WINDOW}/transactions`],
    ['a redelivery of all', 'POST /v1/merchants/demo/redeliveries', { ...RANGE, include: 'all' }],
  ])('say that the merchant is unknown if it is erased meanwhile: %s', async (_, request, body) => {
    await eraseMeanwhile();
    const own = await world.call(demo.manager, ownOf(request), body);
    const asked = await world.call(world.admin, request, body);
    const unknown = { status: 404, code: 'unknown_merchant' };
    expect([own.json, asked.json]).toMatchObject([unknown, unknown]);
  });
});
