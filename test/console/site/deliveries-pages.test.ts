import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment, statusExchange } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

const LIST = '/console/merchants/demo/deliveries';
const ONE = '/console/merchants/demo/transactions/pay_1';

let world: ConsoleWorld;
let merchant: Browser;
let operator: Browser;
let endpointId: string;

async function record(transactionId: string, changes: object = {}) {
  const path = `PUT /v1/merchants/demo/transactions/${transactionId}`;
  const recorded = await world.call(initiator, path, payment(changes));
  expect(recorded.status).toBe(201);
  await world.relayAll();
}
let initiator: string;
let manager: string;

beforeEach(async () => {
  world = createConsoleWorld();
  const demo = await world.merchant('demo', { schedule: [60, 3_600] });
  ({ initiator, manager } = demo);
  ({ endpointId } = await demo.endpoint({ description: 'Order service' }));
  [merchant, operator] = [world.browser(), world.browser()];
  await merchant.logIn(manager);
  await operator.logIn(world.admin);
});

const orderIn = (html: string, ...texts: readonly string[]) =>
  texts.toSorted((left, right) => html.indexOf(left) - html.indexOf(right));

describe('the list of deliveries', () => {
  it('shows the latest outcomes first, and all of them oldest first on demand', async () => {
    await record('pay_1', { reference: 'ORDER-A' });
    world.time.nowMs += 60_000;
    await record('pay_2', { reference: 'ORDER-B' });
    const { html } = await merchant.get(LIST);
    expect(orderIn(html, 'ORDER-A', 'ORDER-B')).toEqual(['ORDER-B', 'ORDER-A']);
    expect(html).toContain('newest first');
    const all = await merchant.get(`${LIST}?order=oldest`);
    expect(orderIn(all.html, 'ORDER-A', 'ORDER-B')).toEqual(['ORDER-A', 'ORDER-B']);
  });

  /** Records outcomes `gapMs` apart, and lets time pass. */
  const burst = async (count: number, gapMs: number, afterMs: number) => {
    for (let n = 0; n < count; n += 1) {
      await record(`pay_${n}`, { reference: `ORDER-${n}.` });
      world.time.nowMs += gapMs;
    }
    world.time.nowMs += afterMs;
    await merchant.logIn(manager);
  };

  it.each([
    ['a burst a moment ago', 330, 10, 0],
    ['a burst of an hour ago', 330, 2, 3_000_000],
    ['a burst of days ago', 330, 25, 3 * 86_400_000],
    ['a steady rate', 330, 2_000, 1_000],
  ])('shows the newest of more than one answer holds: %s', async (_title, count, gapMs, afterMs) => {
    await burst(count, gapMs, afterMs);
    const { html } = await merchant.get(LIST);
    expect(html).toContain('newest first');
    expect(html).toContain(`ORDER-${count - 1}.`);
    expect(html.match(/ORDER-\d+\./g)?.length).toBeGreaterThanOrEqual(20);
    expect(html).not.toContain('ORDER-0.');
    // From the oldest, one link leads back to the newest.
    const oldest = await merchant.get(`${LIST}?order=oldest`);
    expect(oldest.html).toContain('ORDER-0.');
    expect(oldest.html).toContain(`<a href="${LIST}">Show the newest</a>`);
  });

  it('shows the oldest if more than one answer holds were listed in the same moment', async () => {
    await burst(130, 0, 3_000_000);
    const { html } = await merchant.get(LIST);
    expect(html).toContain('Oldest first');
    expect(html).not.toContain('Show the newest');
  });

  it('shows old outcomes too, when nothing happened lately', async () => {
    await record('pay_1', { reference: 'ORDER-A' });
    world.time.nowMs += 20 * 86_400_000;
    await merchant.logIn(manager);
    expect((await merchant.get(LIST)).html).toContain('ORDER-A');
  });

  it('is filtered by time, as links and fields write it', async () => {
    await record('pay_1', { reference: 'ORDER-A' });
    world.time.nowMs += 600_000;
    await record('pay_2', { reference: 'ORDER-B' });
    world.time.nowMs += 60_000;
    for (const to of ['2026-11-20T08:05:00.000Z', '2026-11-20T08:05']) {
      const { html } = await merchant.get(`${LIST}?from=2026-11-20T08%3A00&to=${encodeURIComponent(to)}`);
      expect(html).toContain('ORDER-A');
      expect(html).not.toContain('ORDER-B');
    }
  });

  it('is filtered by endpoint and state together', async () => {
    await record('pay_1', { reference: 'ORDER-A' });
    await world.drain();
    const filtered = async (query: string) => (await merchant.get(`${LIST}?${query}`)).html;
    expect(await filtered(`endpointId=${endpointId}&state=delivered`)).toContain('ORDER-A');
    expect(await filtered(`endpointId=${endpointId}&state=exhausted`)).toContain('Nothing was found');
    expect(await filtered('endpointId=ep_other')).not.toContain('ORDER-A');
  });

  it('says what is wrong with a time that the service refuses', async () => {
    for (const query of ['from=2026-11-20T09%3A00&to=2026-11-20T08%3A00', 'from=2020-01-01T00%3A00']) {
      const { status, html } = await merchant.get(`${LIST}?${query}`);
      expect(status).toBe(200);
      expect(html).toContain('This time cannot be shown');
    }
    expect((await merchant.get(`${LIST}?cursor=nonsense`)).html).toContain('cannot be shown');
    expect((await merchant.get(`${LIST}?from=nonsense`)).status).toBe(200);
  });

  it('finds an order by its number and a transaction by its id', async () => {
    await record('pay_1', { reference: 'ORDER-A' });
    await record('ORDER-A');
    const { html } = await merchant.get(`${LIST}?q=ORDER-A`);
    expect(html).toContain('/transactions/pay_1"');
    expect(html).toContain('/transactions/ORDER-A"');
    expect((await merchant.get(`${LIST}?q=pay_1`)).html).toContain('/transactions/pay_1"');
    expect((await merchant.get(`${LIST}?q=%E8%AE%A2%E5%8D%95`)).html).toContain('Nothing was found');
  });
});

describe('a delivery', () => {
  it('shows the request byte for byte, without its signature', async () => {
    await record('pay_1', { reference: 'ORDER-A' });
    await world.drain();
    const { html } = await merchant.get(ONE);
    const [sent] = world.requests;
    expect(html).toContain(sent?.headers['webhook-id']);
    const body = String(sent?.body).replaceAll('"', '&quot;');
    expect(html).toContain(body);
    expect(html).not.toContain(sent?.headers['webhook-signature']);
  });

  it('shows each attempt, its answer, and the schedule that is ahead', async () => {
    world.receiver.answer = () => ({
      kind: 'response',
      statusCode: 503,
      body: 'down for repairs',
      durationMs: 5,
    });
    await record('pay_1');
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('Nothing is queued.');
    await world.deliverOne(first);
    const { html } = await merchant.get(ONE);
    expect(html).toContain('HTTP 503');
    expect(html).toContain('down for repairs');
    expect(html).toContain('Attempt 2 is planned');
    expect(html).toContain('Attempt 3 is planned');
  });

  it('is acknowledged by its merchant after a question, and then not sent again', async () => {
    world.receiver.answer = () => statusExchange(503);
    await record('pay_1');
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('Nothing is queued.');
    await world.deliverOne(first);
    const asked = await merchant.get(`${ONE}/acknowledge?endpointId=${endpointId}`);
    expect(asked.html).toContain('Acknowledge this outcome?');
    const answer = await merchant.submit(`${ONE}/acknowledge`, { version: '1', endpointId });
    expect(answer).toMatchObject({ status: 303, location: ONE });
    await world.drain();
    const { html } = await merchant.get(ONE);
    expect(html).toContain('Acknowledged');
    expect(html).not.toContain(`${ONE}/acknowledge`);
    expect(world.requests).toHaveLength(1);
  });

  it('is never acknowledged by an operator', async () => {
    world.receiver.answer = () => statusExchange(503);
    await record('pay_1');
    const page = await operator.get(ONE);
    expect(page.html).toContain('Send again');
    expect(page.html).not.toContain('/acknowledge');
    expect((await operator.get(`${ONE}/acknowledge`)).html).toContain('Only the merchant can acknowledge');
    const answer = await operator.submit(`${ONE}/acknowledge`, { version: '1' });
    expect(answer.status).toBe(403);
    const { json } = await world.call(world.admin, 'GET /v1/merchants/demo/transactions/pay_1');
    expect(json.notifications[0].state).toBe('pending');
  });
});
