import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment, statusExchange } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

let world: ConsoleWorld;
let operator: Browser;
beforeEach(async () => {
  world = createConsoleWorld();
  operator = world.browser();
  await operator.logIn(world.admin);
});
const htmlOf = async (path: string) => (await operator.get(`/console${path}`)).html;

describe('unresolved transactions', () => {
  const ONE = '/unresolved/demo/pay_1';
  const END = { status: 'FAILED', occurredAt: '2026-11-20T08:01' };
  beforeEach(async () => {
    const demo = await world.merchant('demo', { schedule: [10] });
    const pending = payment({
      status: 'PENDING',
      checkBack: { url: 'https://bank.example/check' },
      reference: 'ORDER-1',
    });
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', pending);
    world.receiver.answer = () => statusExchange(500);
    await world.relayAll();
    await world.drain();
    // A day has passed, and the session with it.
    await operator.logIn(world.admin);
  });
  const current = async () =>
    (await world.call(world.admin, 'GET /v1/merchants/demo/transactions/pay_1')).json;

  it('are listed with the last answer, of all merchants or of one', async () => {
    const all = await htmlOf('/unresolved');
    expect(all).toContain('ORDER-1');
    expect(all).toContain('http_server_error');
    expect(all).toContain(`href="/console${ONE}"`);
    expect(await htmlOf('/unresolved?q=demo')).toContain('ORDER-1');
    for (const search of ['nobody', 'no id at all']) {
      expect(await htmlOf(`/unresolved?q=${search}`)).toContain('Nothing of this merchant is unresolved');
    }
  });

  it('show each request to the initiator', async () => {
    const html = await htmlOf(ONE);
    expect(html).toContain('Requests to the initiator');
    expect(html.match(/HTTP 500/g)?.length).toBeGreaterThan(1);
  });

  it('are resolved after a confirmation that names what is recorded', async () => {
    const fields = { ...END, reasonCode: 'bank_declined', reasonMessage: 'Said so <b>by phone</b>' };
    const asked = await htmlOf(`${ONE}?${new URLSearchParams(fields)}`);
    expect(asked).toContain('Record this end?');
    for (const part of ['ORDER-1', 'CN¥19.99', 'Failed', '2026-11-20 08:01:00 UTC', 'bank_declined']) {
      expect(asked).toContain(part);
    }
    expect(asked).toContain('&lt;b&gt;by phone');
    expect((await current()).status).toBe('PENDING');
    const answer = await operator.submit(`/console${ONE}`, {
      ...fields,
      occurredAt: '2026-11-20T08:01:00.000Z',
    });
    expect(answer.location).toBe('/console/unresolved');
    expect(await current()).toMatchObject({
      status: 'FAILED',
      occurredAt: '2026-11-20T08:01:00.000Z',
      reason: { code: 'bank_declined', message: 'Said so <b>by phone</b>' },
    });
    const list = await htmlOf('/unresolved');
    expect(list).toContain('The end of pay_1 is recorded');
    expect(list).toContain('Nothing is unresolved');
  });

  it.each([
    [{ occurredAt: '2029-01-01T00:00' }, 'not in the future'],
    [{ occurredAt: 'yesterday' }, 'not in the future'],
    [{ occurredAt: '2026-11-31T08:00' }, 'not in the future'],
    [{ reasonCode: 'no code' }, 'A reason has a code'],
    [{ reasonMessage: 'no code' }, 'A reason has a code'],
    [{ status: 'PENDING' }, 'Record how it ended'],
  ])('are not asked about while the form is wrong: %o', async (wrong, says) => {
    const html = await htmlOf(`${ONE}?${new URLSearchParams({ ...END, ...wrong })}`);
    expect(html).toContain(says);
    expect(html).not.toContain('Record this end?');
    await operator.submit(`/console${ONE}`, { ...END, ...wrong });
    expect((await current()).status).toBe('PENDING');
  });

  it('that somebody else resolved meanwhile say so', async () => {
    await htmlOf(ONE);
    await world.call(world.admin, 'POST /v1/unresolved/demo/pay_1/resolve', {
      status: 'SUCCEEDED',
      occurredAt: '2026-11-20T08:00:01Z',
    });
    const answer = await operator.submit(`/console${ONE}`, END);
    expect(answer.location).toBe(`/console${ONE}`);
    expect(await htmlOf(ONE)).toContain('It is not unresolved any more');
    expect((await current()).status).toBe('SUCCEEDED');
  });
});

describe('dead letters', () => {
  const message = JSON.stringify({
    merchantId: 'demo',
    transactionId: 'pay_1',
    version: 1,
    endpointId: 'ep_1',
    rev: 0,
  });
  const put = (body: string, reason?: string, queue: 'lanes' | 'intake' = 'lanes') =>
    world.ports.deadLetterQueues[queue].put({ body, ...(reason !== undefined && { reason }) });

  it('teach what they are while there are none', async () => {
    const html = await htmlOf('/dead-letters');
    expect(html).toContain('No dead letter');
    expect(html).not.toContain('/console/dead-letters/put-back');
  });

  it('are shown by queue, with what they are about, why, and their body', async () => {
    put(message);
    put('["nonsense"]', 'not_a_notification_message');
    const html = await htmlOf('/dead-letters');
    expect(html).toContain('/console/merchants/demo/transactions/pay_1');
    expect(html).toContain('It failed every time.');
    expect(html).toContain('not_a_notification_message');
    expect(html).toContain('[&quot;nonsense&quot;]');
    expect(html).toContain('2 of about 2 are shown');
  });

  it('are put back after a confirmation, those of one queue only', async () => {
    put(message);
    put('{"status":"FAILED"}', undefined, 'intake');
    expect(await htmlOf('/dead-letters/put-back?queue=lanes')).toContain('Put these dead letters back?');
    expect(world.setBack).toEqual([]);
    await htmlOf('/dead-letters');
    const answer = await operator.submit('/console/dead-letters/put-back', { queue: 'lanes' });
    expect(answer.location).toBe('/console/dead-letters');
    expect(world.setBack).toEqual([message]);
    expect(await htmlOf('/dead-letters')).toContain('1 messages are put back');
  });

  it('that cannot go back have no button', async () => {
    put('{"status":"SUCCEEDED"}', 'outcome_conflict: amount', 'intake');
    const html = await htmlOf('/dead-letters');
    expect(html).toContain('outcome_conflict: amount');
    expect(html).not.toContain('/console/dead-letters/put-back');
  });

  it('of a queue that does not exist stay where they are', async () => {
    put(message);
    await htmlOf('/overview');
    expect((await operator.submit('/console/dead-letters/put-back', { queue: 'x' })).status).toBe(303);
    expect(world.setBack).toEqual([]);
  });
});

describe('parked records', () => {
  const payloadOf = (id: string) => {
    const Keys = { pk: { S: `T#demo#${id}` }, sk: { S: 'V#0001' } };
    return JSON.stringify({ Keys, NewImage: Keys });
  };
  const park = (id: string, payload = payloadOf(id)) =>
    world.ports.parking.park({ recordId: `record-${id}`, reason: `broken: ${id}`, payload });
  const parked = async (): Promise<readonly string[]> =>
    (await world.call(world.admin, 'GET /v1/parked')).json.items.map(
      ({ recordId }: { recordId: string }) => recordId,
    );
  /** Outcomes that only their parked records announce. */
  async function recordAndPark(...ids: readonly string[]) {
    const demo = await world.merchant('demo');
    await demo.endpoint();
    for (const id of ids) {
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
      await park(id);
    }
    world.forgetInserted();
  }

  it('teach what they are while there are none', async () => {
    const html = await htmlOf('/parked');
    expect(html).toContain('Nothing is parked');
    expect(html).not.toContain('put-back');
  });

  it('are shown with outcome and reason; one that is no outcome has no way back', async () => {
    await park('pay_1');
    await park('junk', '{}');
    const html = await htmlOf('/parked');
    expect(html).toContain('/console/merchants/demo/transactions/pay_1');
    expect(html).toContain('broken: pay_1');
    expect(html).toContain('No outcome');
    expect(html).toContain('/console/parked/record-pay_1/put-back');
    expect(html).not.toContain('/console/parked/record-junk/put-back');
  });

  it('go back one by one, after a confirmation', async () => {
    await recordAndPark('pay_1', 'pay_2');
    expect(await htmlOf('/parked/record-pay_1/put-back')).toContain('Put this record back?');
    expect(await parked()).toHaveLength(2);
    const answer = await operator.submit('/console/parked/record-pay_1/put-back');
    expect(answer.location).toBe('/console/parked');
    expect(await parked()).toEqual(['record-pay_2']);
    expect(world.queue).toHaveLength(1);
    // Repeating is harmless.
    expect((await operator.submit('/console/parked/record-pay_1/put-back')).status).toBe(303);
    expect(world.queue).toHaveLength(1);
  });

  it('that cannot go back stay, and the page says why', async () => {
    await park('ghost');
    await htmlOf('/parked');
    const { status, html } = await operator.submit('/console/parked/record-ghost/put-back');
    expect(status).toBe(200);
    expect(html).toContain('It stays parked');
    expect(html).toContain('not_found');
    expect(await parked()).toEqual(['record-ghost']);
  });

  it('go back all together, past those that stay', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `pay_${n}`);
    await recordAndPark(...ids);
    await park('ghost');
    expect(await htmlOf('/parked/put-back')).toContain('Put all parked records back?');
    await operator.submit('/console/parked/put-back');
    expect(await parked()).toEqual(['record-ghost']);
    expect(await htmlOf('/parked')).toContain('30 records are put back');
  });
});
