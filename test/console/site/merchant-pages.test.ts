import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment, statusExchange } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

const BASE = '/console/merchants/demo';

let world: ConsoleWorld;
let demo: Awaited<ReturnType<ConsoleWorld['merchant']>>;
let merchant: Browser;

beforeEach(async () => {
  world = createConsoleWorld();
  demo = await world.merchant('demo', { timeZone: 'Asia/Shanghai' });
  merchant = world.browser();
  await merchant.logIn(demo.manager);
});

const record = async (transactionId: string, changes: object = {}) => {
  await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${transactionId}`, payment(changes));
  await world.relayAll();
};

describe('the keys of a merchant', () => {
  const KEYS = `${BASE}/keys`;
  const KEY = /tk_[A-Za-z0-9]+_[A-Za-z0-9]{20,}/;

  it('are listed without their secrets, and the own one is marked', async () => {
    const { html } = await merchant.get(KEYS);
    expect(html).not.toMatch(KEY);
    const [, id = ''] = /^tk_([^_]+)_/.exec(demo.manager) ?? [];
    expect(html.slice(html.indexOf(`<code>${id}`))).toContain('You are logged in with it');
  });

  it('are created, shown once and work', async () => {
    await merchant.get(KEYS);
    const made = await merchant.submit(KEYS, { scope: 'receiver', expiresAt: '2026-12-01T00:00' });
    const [key = ''] = KEY.exec(made.html) ?? [];
    expect(made.html).toContain(`data-copy="${key}"`);
    expect((await world.call(key, 'GET /v1/whoami')).json).toMatchObject({
      scope: 'receiver',
      expiresAt: '2026-12-01T00:00:00.000Z',
    });
    expect((await merchant.get(KEYS)).html).not.toMatch(KEY);
  });

  it.each([
    ['expiresAt', { scope: 'receiver', expiresAt: '2020-01-01T00:00' }, 'in the past'],
    ['expiresAt', { scope: 'receiver', expiresAt: 'soon' }, 'This is no time'],
  ])('are not created with a wrong %s', async (name, fields, sentence) => {
    await merchant.get(KEYS);
    const { status, html } = await merchant.submit(KEYS, fields);
    expect(status).toBe(400);
    expect(html).toContain(sentence);
    expect(html).toContain(`id="error-${name}"`);
  });

  it('cannot be operators’ keys', async () => {
    await merchant.get(KEYS);
    const { status, html } = await merchant.submit(KEYS, { scope: 'admin' });
    expect(status).toBe(400);
    expect(html).not.toMatch(KEY);
  });

  it('are revoked after a question', async () => {
    const [, id = ''] = /^tk_([^_]+)_/.exec(demo.receiver) ?? [];
    expect((await merchant.get(`${KEYS}/${id}/revoke`)).html).toContain('Revoke this key?');
    expect(await merchant.submit(`${KEYS}/${id}/revoke`)).toMatchObject({ status: 303, location: KEYS });
    expect((await world.call(demo.receiver, 'GET /v1/whoami')).status).toBe(401);
  });

  it('end the session when its own is revoked', async () => {
    const [, id = ''] = /^tk_([^_]+)_/.exec(demo.manager) ?? [];
    expect((await merchant.get(`${KEYS}/${id}/revoke`)).html).toContain('your session ends');
    const { location = '' } = await merchant.submit(`${KEYS}/${id}/revoke`);
    expect((await merchant.get(location)).location).toMatch(/log-in/);
  });
});

describe('the statements of a merchant', () => {
  const STATEMENTS = `${BASE}/statements`;

  it('are listed by the days of its time zone, and say when the last one is ready', async () => {
    const { html } = await merchant.get(STATEMENTS);
    expect(html).toContain('Asia/Shanghai');
    expect(html).toContain('2026-11-20');
    expect(html).toContain('Not ready');
    expect(html).toContain('datetime="2026-11-20T16:0');
    expect(html).toContain('What does “not ready” mean?');
    // It is the 21st in Shanghai from 16:00 UTC on.
    world.time.nowMs += 8.5 * 3_600_000;
    await merchant.logIn(demo.manager);
    expect((await merchant.get(STATEMENTS)).html).toContain('2026-11-21');
  });

  it('have a link, totals and a checksum once they are made', async () => {
    await record('pay_1');
    world.time.nowMs += 24 * 3_600_000;
    for (let run = 0; run < 40; run += 1) await world.closeWindows();
    await world.stateDays();
    await merchant.logIn(demo.manager);
    const { html } = await merchant.get(STATEMENTS);
    const { url, sha256 } = (await world.call(demo.receiver, 'GET /v1/statements/2026-11-20')).json;
    expect(html).toContain(`data-copy="${sha256}"`);
    expect(html).toContain(`href="${url.replaceAll('&', '&amp;')}"`);
  });

  it('go back week by week, and forward to today at most', async () => {
    const { html } = await merchant.get(`${STATEMENTS}?until=2026-11-10`);
    expect(html).toContain('2026-11-04');
    expect(html).not.toContain('>2026-11-11<');
    expect(html).toContain('until=2026-11-03');
    expect(html).toContain('until=2026-11-17');
    for (const until of ['2030-01-01', 'nonsense', '9999999-01-01']) {
      expect((await merchant.get(`${STATEMENTS}?until=${until}`)).html).toContain('2026-11-20');
    }
  });
});

describe('the event catalogue', () => {
  const CATALOGUE = `${BASE}/catalogue`;

  it('shows made-up examples to a merchant without outcomes', async () => {
    const { html } = await merchant.get(CATALOGUE);
    for (const type of ['payment.succeeded', 'payment.failed', 'payment.closed', 'tidings.test']) {
      expect(html).toContain(type);
    }
    for (const type of ['endpoint.disabled', 'notification.exhausted', 'statement.ready']) {
      expect(html).toContain(`tidings.${type}`);
    }
    expect(html).toContain('webhook-signature');
    expect(html).toContain('func verify');
    expect(html).not.toContain('your own last one');
  });

  it('shows the own last outcome of each type, with the bytes that were sent', async () => {
    await demo.endpoint();
    await record('pay_1', { metadata: { note: 'older' } });
    world.time.nowMs += 1_000;
    await record('pay_2', { metadata: { note: 'newer' } });
    await record('rf_1', { transactionType: 'refund', status: 'FAILED' });
    await world.drain();
    const { html } = await merchant.get(CATALOGUE);
    expect(html).toContain('refund.failed');
    const sent = world.requests.find(({ body }) => String(body).includes('newer'));
    expect(html).toContain(String(sent?.body).replaceAll('"', '&quot;'));
    expect(html).not.toContain('older');
  });

  it('leads to the alerts that were made', async () => {
    await demo.endpoint({ schedule: [10] });
    await demo.endpoint({ url: 'https://watch.example/', types: ['tidings.*'] });
    world.receiver.answer = ({ url }) => statusExchange(url.includes('watch') ? 200 : 503);
    expect((await merchant.get(`${BASE}/alerts`)).html).toContain('No alert');
    world.time.nowMs += 60_000;
    await record('pay_1');
    await world.drain();
    const { html } = await merchant.get(`${BASE}/alerts`);
    expect(html).toContain('tidings.notification.exhausted');
    expect(html).toContain(`${BASE}/transactions/pay_1`);
  });
});

describe('a new merchant', () => {
  it('is led from an endpoint over a test to its first outcome, and then sees how it does', async () => {
    const empty = await merchant.get(BASE);
    expect(empty.html).toContain('First steps');
    expect(empty.html).toContain(`href="${BASE}/endpoints/new"`);
    expect((await merchant.get(`${BASE}/deliveries`)).html).toContain(`href="${BASE}/endpoints/new"`);
    expect((await merchant.get(`${BASE}/endpoints`)).html).toContain(`href="${BASE}/endpoints/new"`);
    const { endpointId } = await demo.endpoint();
    const second = await merchant.get(BASE);
    expect(second.html).toContain(`href="${BASE}/endpoints/${endpointId}"`);
    expect(second.html).toContain(`href="${BASE}/keys"`);
    await record('pay_1');
    world.time.nowMs += 60_000;
    expect((await merchant.get(BASE)).html).not.toContain('First steps');
  });
});
