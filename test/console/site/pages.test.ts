import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { SITE } from '../../../lib/console/pages/all-pages.ts';
import { Fault } from '../../../lib/core/faults.ts';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld, ORIGIN } from '../console-world.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
/** What reads backwards, hides or moves on a terminal and on a page. */
const HIDDEN = 'a\u202eb';

describe('a page of the console', () => {
  let world: ConsoleWorld;
  let operator: Browser;
  let endpointId: string;
  let jobId: string;
  beforeAll(async () => {
    world = createConsoleWorld();
    const demo = await world.merchant('demo', { name: `${HOSTILE}${HIDDEN}` });
    ({ endpointId } = await demo.endpoint({ url: `https://shop.example/?a='><script>` }));
    const recorded = await world.call(
      demo.initiator,
      'PUT /v1/merchants/demo/transactions/pay_1',
      payment({ reference: `<b>${HOSTILE}`.slice(0, 64) }),
    );
    expect(recorded.status).toBe(201);
    await world.relayAll();
    world.receiver.answer = () => ({ kind: 'response', statusCode: 500, body: HOSTILE, durationMs: 5 });
    await world.drain();
    const range = { from: '2026-11-20T07:00:00.000Z', to: '2026-11-20T08:00:00.000Z' };
    ({ jobId } = (await world.call(demo.manager, 'POST /v1/redeliveries', range)).json);
    await world.ports.parking.park({ recordId: 'record-1', reason: `${HOSTILE}${HIDDEN}`, payload: '{}' });
    world.ports.deadLetterQueues.lanes.put({ body: `${HOSTILE}${HIDDEN}`, reason: `${HOSTILE}${HIDDEN}` });
    operator = world.browser();
    await operator.logIn(world.admin);
  });

  const filled = (address: string) =>
    address
      .replace('{endpointId}', endpointId)
      .replace('{jobId}', jobId)
      .replace('{recordId}', 'record-1')
      .replace('{keyId}', 'unknown');
  const addresses = SITE.pages.map(
    ({ path }) => `/console${path.replace('{merchantId}', 'demo').replace('{transactionId}', 'pay_1')}`,
  );

  it.each(addresses)(
    'escapes what others wrote, and has no inline script or handler: %s',
    async (address) => {
      const { status, html } = await operator.get(filled(address));
      expect(status).toBe(200);
      expect(html).not.toContain('<script>');
      expect(html).not.toContain('<img');
      expect(html).not.toContain('\u202e');
      // Attributes that run code, and elements without the nonce.
      expect(html).not.toMatch(/<[^>"]*(?:"[^"]*"[^>"]*)*\son\w+=/i);
      expect(html).not.toMatch(/<style(?! nonce="[^"]+">p\{\}<\/style>)|\sstyle=|javascript:/i);
      expect(html.match(/<script/g)).toHaveLength(1);
    },
  );

  it.each([...addresses, '/console/log-in', '/console/enter', '/console/nothing'])(
    'lets only its own script run, stays in no cache and in no frame: %s',
    async (address) => {
      const { html, headers } = await operator.get(filled(address));
      const policy = headers.get('content-security-policy') ?? '';
      const nonce = /script-src 'nonce-([A-Za-z0-9+/=]{24})'/.exec(policy)?.[1];
      expect(nonce).toBeDefined();
      expect(html).toContain(`nonce="${nonce}"`);
      for (const part of [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
      ]) {
        expect(policy).toContain(part);
      }
      expect(policy).not.toContain('unsafe');
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    },
  );

  it('brings its styles along the first time, and refers to them from then on', async () => {
    const browser = world.browser();
    const first = await browser.get('/console/log-in');
    expect(first.html).toMatch(/<style nonce="[^"]+">p\{\}<\/style><link rel="prefetch"/);
    const second = await browser.get('/console/log-in');
    expect(second.html).not.toContain('<style');
    expect(second.html).toContain('<link rel="stylesheet" href="/console/assets/aaaa.css"/>');
    browser.cookies.set('tidings-style', 'older');
    expect((await browser.get('/console/log-in')).html).toContain('<style');
  });

  it('has a nonce of its own each time', async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => (await operator.get('/console/log-in')).headers.get('content-security-policy')),
    );
    expect(policies[0]).not.toBe(policies[1]);
  });

  it('is compressed as the browser takes it', async () => {
    const cookie = [...operator.cookies].map((pair) => pair.join('=')).join('; ');
    const fetched = async (accept: string) => {
      const headers = { cookie, 'accept-encoding': accept };
      const response = await world.console.fetch(new Request(`${ORIGIN}/console/merchants`, { headers }), {});
      return {
        coding: response.headers.get('content-encoding'),
        bytes: Buffer.from(await response.arrayBuffer()),
      };
    };
    const brotli = await fetched('gzip, deflate, br');
    expect(brotli.coding).toBe('br');
    expect(brotliDecompressSync(brotli.bytes).toString()).toContain('<!doctype html>');
    const gzip = await fetched('gzip;q=0.5, br;q=0');
    expect(gzip.coding).toBe('gzip');
    expect(gunzipSync(gzip.bytes).toString()).toContain('<!doctype html>');
    const plain = await fetched('identity');
    expect(plain.coding).toBeNull();
    expect(brotli.bytes.length).toBeLessThan(plain.bytes.length / 2);
  });

  it('is in the language of the browser, until another one is chosen', async () => {
    const browser = world.browser();
    const chinese = { 'accept-language': 'fr, zh-TW;q=0.9, en;q=0.8' };
    expect((await browser.get('/console/log-in', chinese)).html).toContain('<html lang="zh-CN"');
    expect((await browser.get('/console/log-in', { 'accept-language': 'fr' })).html).toContain(
      '<html lang="en"',
    );
    const chosen = await browser.submit('/console/preferences', { language: 'en', back: '/console/log-in' });
    expect(chosen).toMatchObject({ status: 303, location: '/console/log-in' });
    expect((await browser.get('/console/log-in', chinese)).html).toContain('<html lang="en"');
  });

  it('keeps no preference that does not exist', async () => {
    const browser = world.browser();
    const answer = await browser.submit('/console/preferences', {
      language: '"><b>',
      theme: 'x',
      back: '//evil',
    });
    expect(answer.location).toBe('/console');
    expect(browser.cookies.size).toBe(0);
  });

  it('ignores a note that somebody else put into the cookie', async () => {
    const browser = world.browser();
    await browser.logIn(world.admin);
    const noted = async (note: unknown) => {
      browser.cookies.set('tidings-flash', Buffer.from(JSON.stringify(note)).toString('base64url'));
      return (await browser.get('/console/merchants')).html;
    };
    expect(await noted(['endpointEnabled', '<script>'])).toContain(
      'The endpoint &lt;script&gt; gets callbacks',
    );
    for (const note of [['__proto__', 'a'], ['constructor', 'a'], ['endpointEnabled'], 'x', null, [1, 2]]) {
      expect(await noted(note)).not.toContain('class="flash');
    }
  });

  it('says that it does not exist, for an id that no resource has', async () => {
    for (const path of [
      '/merchants/nobody',
      '/merchants/demo/transactions/nothing',
      '/merchants/a%20b',
      '/x/y',
    ]) {
      const { status, html } = await operator.get(`/console${path}`);
      expect({ path, status }).toEqual({ path, status: 404 });
      expect(html).toContain('This page does not exist');
    }
  });

  it('shows what was found, and how to go on where nothing was', async () => {
    expect((await operator.get('/console/merchants?q=de')).html).toContain('/console/merchants/demo');
    for (const search of ['zz', 'no id at all', '%F0%9F%92%A9']) {
      expect((await operator.get(`/console/merchants?q=${search}`)).html).toContain(
        'No merchant begins like this',
      );
    }
    const delivery = await operator.get('/console/merchants/demo/transactions/pay_1');
    expect(delivery.html).toContain(endpointId);
  });

  it('finds deliveries by their order number', async () => {
    const order = encodeURIComponent(`<b>${HOSTILE}`.slice(0, 64));
    const { status, html } = await operator.get(`/console/merchants/demo/deliveries?q=${order}`);
    expect(status).toBe(200);
    expect(html).toContain('/console/merchants/demo/transactions/pay_1');
  });

  it('sends a notification again', async () => {
    await operator.get('/console/merchants/demo/transactions/pay_1');
    const notificationId = `pay_1.1.${endpointId}`;
    const path = '/console/merchants/demo/transactions/pay_1/send-again';
    const answer = await operator.submit(path, { notificationId });
    expect(answer.location).toBe('/console/merchants/demo/transactions/pay_1');
    expect((await operator.get(answer.location ?? '')).html).toContain('will be sent again');
  });
});

describe('a page while the API fails', () => {
  it.each([
    [504, 'takes too long', new DOMException('late', 'TimeoutError')],
    [502, 'failed on our side', new Error('broken')],
  ])('answers %i, says that it %s, and offers the same page again', async (status, text, cause) => {
    let isBroken = false;
    const world = createConsoleWorld({
      onInvoke: () => {
        if (isBroken) throw new Fault({ code: 'unavailable', message: 'Invoking', retryable: true, cause });
      },
    });
    const browser = world.browser();
    await browser.logIn(world.admin);
    isBroken = true;
    const answer = await browser.get('/console/merchants?q=a');
    expect(answer.status).toBe(status);
    expect(answer.html).toContain(text);
    expect(answer.html).toContain('href="/console/merchants?q=a"');
    isBroken = false;
    expect((await browser.get('/console/merchants?q=a')).status).toBe(200);
  });
});

describe('an action while the API fails', () => {
  it('is not said to have failed: nobody knows, and the page says so', async () => {
    let isBroken = false;
    const world = createConsoleWorld({
      onInvoke: () => {
        if (isBroken) throw new DOMException('late', 'TimeoutError');
      },
    });
    await world.merchant('demo');
    const browser = world.browser();
    await browser.logIn(world.admin);
    await browser.get('/console/merchants/demo');
    isBroken = true;
    const answer = await browser.submit('/console/merchants/demo/portal-link');
    expect(answer.status).toBe(504);
    expect(answer.html).toContain('Nobody knows whether this was done');
    expect(answer.html).not.toContain('href="/console/merchants/demo/portal-link"');
  });
});

describe('the files of the console', () => {
  const { console: app } = createConsoleWorld();
  it('are kept by browsers for ever, because a new content has a new address', async () => {
    const response = await app.fetch(new Request(`${ORIGIN}/console/assets/aaaa.css`), {});
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('p{}');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(response.headers.get('content-type')).toContain('text/css');
    for (const file of ['aaaa.js', 'cccc.css', '../console.css']) {
      expect((await app.fetch(new Request(`${ORIGIN}/console/assets/${file}`), {})).status).not.toBe(200);
    }
  });

  it('and its pages are only there through the proxy in front, if there is one', async () => {
    const { console: guarded } = createConsoleWorld({ ports: { originSecret: 'from-cloudfront' } });
    for (const path of ['/console/log-in', '/console/assets/aaaa.css']) {
      const around = await guarded.fetch(new Request(`${ORIGIN}${path}`), {});
      expect(around.status).toBe(404);
    }
    const headers = { 'x-tidings-origin': 'from-cloudfront' };
    expect((await guarded.fetch(new Request(`${ORIGIN}/console/log-in`, { headers }), {})).status).toBe(200);
  });

  it('and its cookie need no HTTPS on this machine', async () => {
    const local = createConsoleWorld();
    const browser = local.browser('http://127.0.0.1:4510');
    const { headers } = await browser.logIn(local.admin);
    expect(headers.getSetCookie()[0]).toMatch(/^tidings=\w{43}; Path=\/console; HttpOnly; SameSite=Lax$/);
    expect((await browser.get('/console/overview')).status).toBe(200);
  });
});
