import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { statusExchange } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

const LIST = '/console/merchants/demo/endpoints';
const SECRET = /whsec_[A-Za-z0-9+/=]+/;

let world: ConsoleWorld;
let merchant: Browser;
let made: { readonly endpointId: string; readonly secret: string };
let page: string;

beforeEach(async () => {
  world = createConsoleWorld();
  const demo = await world.merchant('demo');
  made = await demo.endpoint({
    description: 'Order service',
    headers: { 'x-tenant': 'sealed-value' },
    expectBody: ['success', 'OK'],
  });
  page = `${LIST}/${made.endpointId}`;
  merchant = world.browser();
  await merchant.logIn(demo.manager);
});

const read = async (endpointId = made.endpointId) =>
  (await world.call(world.admin, `GET /v1/merchants/demo/endpoints/${endpointId}`)).json;

/** The form of a page as a browser sends it: every field with what it holds, and some of them changed. */
async function submitForm(address: string, changes: Readonly<Record<string, string>>) {
  const { html } = await merchant.get(address);
  const form = html.slice(html.indexOf('form-card'));
  const inputs = [...form.matchAll(/<input (?![^>]*type="checkbox")[^>]*>/g)].map(([tag]) => [
    /name="([^"]+)"/.exec(tag)?.[1] ?? '',
    /value="([^"]*)"/.exec(tag)?.[1] ?? '',
  ]);
  const areas = [...form.matchAll(/<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</g)].map(([, name, text]) => [
    name,
    text,
  ]);
  const selects = [...form.matchAll(/<select[^>]*name="([^"]+)"[\s\S]*?value="([^"]+)" selected/g)].map(
    ([, name, value]) => [name, value],
  );
  return merchant.submit(address, { ...Object.fromEntries([...inputs, ...areas, ...selects]), ...changes });
}

describe('the form of a new endpoint', () => {
  const NEW = `${LIST}/new`;

  it('creates it with all settings, and shows the secret once, in no address', async () => {
    const answer = await submitForm(NEW, {
      url: 'https://new.example/hooks',
      description: '订单',
      types: 'payment.*, tidings.*',
      schedule: '15, 30',
      timeoutMs: '5000',
      ratePerSecond: '2.5',
      expectBody: 'success\r\nOK',
      headers: 'Authorization: Bearer abc:def',
      signature: 'both',
    });
    expect(answer.status).toBe(200);
    const [secret] = SECRET.exec(answer.html) ?? [];
    expect(answer.html).toContain(`data-copy="${secret}"`);
    expect(answer.html).not.toContain('Bearer abc');
    const [, id = ''] = /endpoints\/(ep_[0-9a-f]{16})"/.exec(answer.html) ?? [];
    const endpoint = await read(id);
    expect(endpoint).toMatchObject({
      url: 'https://new.example/hooks',
      description: '订单',
      types: ['payment.*', 'tidings.*'],
      schedule: [15, 30],
      timeoutMs: 5000,
      ratePerSecond: 2.5,
      expectBody: ['success', 'OK'],
      headers: [{ name: 'authorization' }],
      signature: 'both',
    });
    for (const address of [LIST, `${LIST}/${id}`, `${LIST}/${id}/edit`]) {
      const { html } = await merchant.get(address);
      expect(html).not.toMatch(SECRET);
      expect(html).not.toContain('Bearer abc');
    }
  });

  it('makes one endpoint when it is sent twice, and shows the secret the first time only', async () => {
    await merchant.get(NEW);
    const { csrf } = merchant;
    const send = () => merchant.submit(NEW, { csrf, url: 'https://new.example/hooks', types: '*' });
    expect((await send()).html).toMatch(SECRET);
    const second = await send();
    expect(second.html).toContain('This form was sent before');
    expect(second.html).not.toMatch(SECRET);
    const { items } = (await world.call(world.admin, 'GET /v1/merchants/demo/endpoints')).json;
    expect(items).toHaveLength(2);
  });

  it.each([
    ['url', 'http://new.example/', 'must begin with https://'],
    ['url', 'nonsense', 'This is no URL'],
    ['url', 'https://u:p@new.example/', 'user name or password'],
    ['types', 'Payment!', 'An event type looks like'],
    ['schedule', 'sometimes', 'A schedule is'],
    ['schedule', '15, soon', 'A schedule is'],
    ['timeoutMs', 'long', 'not a'],
    ['ratePerSecond', 'fast', 'not a number'],
    ['headers', 'no colon', 'name: value'],
    ['headers', 'x-a: 1\r\nX-A: 2', 'given twice'],
    ['headers', 'webhook-id: 1', 'sets this header itself'],
  ])('keeps what was entered and says what is wrong with %s: %s', async (name, value, sentence) => {
    const answer = await submitForm(NEW, {
      url: 'https://new.example/a',
      description: 'kept',
      [name]: value,
    });
    expect(answer.status).toBe(400);
    expect(answer.html).toContain(sentence);
    expect(answer.html).toContain('value="kept"');
    expect(answer.html).toContain(`id="error-${name}"`);
  });

  it('escapes what was entered', async () => {
    const { html } = await submitForm(NEW, {
      url: '"><script>alert(1)</script>',
      expectBody: '</textarea><b>',
    });
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('</textarea><b>');
  });
});

describe('the form of an endpoint', () => {
  it('changes only what was changed: another window may have changed the rest', async () => {
    const { html } = await merchant.get(`${page}/edit`);
    expect(html).toContain('x-tenant');
    expect(html).not.toContain('sealed-value');
    const other = { timeoutMs: 3000, expectBody: 'line one' };
    await world.call(world.admin, `PATCH /v1/merchants/demo/endpoints/${made.endpointId}`, other);
    const before = Object.fromEntries(
      [...html.matchAll(/name="(was-\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    const same = Object.fromEntries(Object.entries(before).map(([name, value]) => [name.slice(4), value]));
    const answer = await merchant.submit(`${page}/edit`, { ...before, ...same, description: 'Renamed' });
    expect(answer).toMatchObject({ status: 303, location: page });
    expect(await read()).toMatchObject({
      ...other,
      description: 'Renamed',
      headers: [{ name: 'x-tenant' }],
    });
  });

  it('removes what was emptied, and the headers that were chosen', async () => {
    const answer = await submitForm(`${page}/edit`, { description: '', expectBody: '', remove: 'x-tenant' });
    expect(answer.status).toBe(303);
    const endpoint = await read();
    for (const name of ['description', 'expectBody', 'headers']) expect(endpoint).not.toHaveProperty(name);
  });

  it('says that values of headers are needed again for another origin', async () => {
    const answer = await submitForm(`${page}/edit`, { url: 'https://elsewhere.example/hooks' });
    expect(answer.status).toBe(400);
    expect(answer.html).toContain('enter the value of each header again');
    expect((await read()).url).toBe('https://shop.example/hooks');
  });
});

describe("an endpoint's page", () => {
  it('shows health with its failure, and the counts of 24 hours', async () => {
    world.receiver.answer = () => statusExchange(503);
    const { key } = (await world.call(world.admin, 'POST /v1/merchants/demo/keys', { scope: 'initiator' }))
      .json;
    const outcome = {
      ...{ transactionType: 'payment', status: 'SUCCEEDED', amount: 1, currency: 'EUR' },
      occurredAt: '2026-11-20T07:59:58Z',
    };
    await world.call(key, 'PUT /v1/merchants/demo/transactions/pay_1', outcome);
    await world.relayAll();
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('Nothing is queued.');
    await world.deliverOne(first);
    await world.countAll();
    world.time.nowMs += 60_000;
    const { html } = await merchant.get(page);
    expect(html).toContain('Failing since');
    expect(html).toContain('HTTP 503');
    expect(html).toMatch(/<strong>1<\/strong> <span class="quiet">attempts? in 24 h/);
  });

  it('sends a test, and shows what the receiver answered', async () => {
    await merchant.get(page);
    world.receiver.answer = () => ({ kind: 'response', statusCode: 200, body: 'success', durationMs: 31 });
    const passed = await merchant.submit(`${page}/test`);
    expect(passed.html).toContain('The endpoint answered as expected');
    expect(passed.html).toContain('31 ms');
    expect((await merchant.submit(`${page}/test`)).html).toContain('Wait a moment');
    world.time.nowMs += 60_000;
    world.receiver.answer = () => ({
      kind: 'response',
      statusCode: 500,
      body: '<script>\u202e',
      durationMs: 5,
    });
    const failed = await merchant.submit(`${page}/test`);
    expect(failed.html).toContain('The test failed');
    expect(failed.html).toContain('HTTP 500');
    expect(failed.html).not.toContain('<script>\u202e');
  });

  it('rotates the secret once for each form, and then shows the ages of both', async () => {
    await merchant.get(page);
    const { csrf } = merchant;
    const rotate = () => merchant.submit(`${page}/secret`, { csrf, overlapSeconds: '86400' });
    const first = await rotate();
    const [secret = ''] = SECRET.exec(first.html) ?? [];
    expect(secret).not.toBe(made.secret);
    expect((await rotate()).html).toContain(secret);
    const { html } = await merchant.get(page);
    expect(html).not.toMatch(SECRET);
    expect(html).toContain('The secret is from');
    expect(html).toContain('The secret before it is from');
  });

  it('deletes it after a question', async () => {
    expect((await merchant.get(`${page}/delete`)).html).toContain('This cannot be undone');
    expect(await merchant.submit(`${page}/delete`)).toMatchObject({ status: 303, location: LIST });
    expect((await merchant.get(page)).status).toBe(404);
  });

  it('does not exist for an id that is none', async () => {
    for (const id of ['ep_none', '..', '%00'])
      expect((await merchant.get(`${LIST}/${id}/edit`)).status).toBe(404);
  });
});
