import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../lib/core/time.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

describe('sessions of the console', () => {
  let world: ConsoleWorld;
  let demo: Awaited<ReturnType<ConsoleWorld['merchant']>>;
  beforeEach(async () => {
    world = createConsoleWorld();
    demo = await world.merchant('demo');
  });

  it('begin with an admin key at the overview, and with a merchant key at its own page', async () => {
    const operator = world.browser();
    const began = await operator.logIn(world.admin);
    expect(began).toMatchObject({ status: 303, location: '/console/overview' });
    expect((await operator.get('/console/overview')).status).toBe(200);
    const merchant = world.browser();
    expect((await merchant.logIn(demo.manager)).location).toBe('/console/merchants/demo');
    expect((await merchant.get('/console/merchants/demo')).html).toContain('demo');
  });

  it.each(['receiver', 'initiator'] as const)('do not begin with a key of the scope %s', async (scope) => {
    const browser = world.browser();
    const answer = await browser.logIn(demo[scope]);
    expect(answer.status).toBe(401);
    expect(answer.html).toContain('Use a key of the scope admin or merchant');
    expect(browser.cookies.has('__Host-tidings')).toBe(false);
  });

  it('do not begin with a wrong key, or with something else', async () => {
    const browser = world.browser();
    expect((await browser.logIn(`${world.admin}x`)).status).toBe(401);
    expect((await browser.logIn(demo.manager.replace(/.$/, ''))).status).toBe(401);
    for (const other of ['', 'password', 'tk_', '<script>']) {
      const answer = await browser.logIn(other);
      expect(answer.status).toBe(400);
      expect(answer.html).not.toContain('<script>');
    }
    expect(browser.cookies.has('__Host-tidings')).toBe(false);
  });

  it('keep no secret: neither in the table, nor in a page, nor in what is logged', async () => {
    const secret = world.admin.replace('tk_root_', '');
    const sessions: object[] = [];
    const { create } = world.ports.sessions;
    world.ports.sessions.create = async (hash, session) => {
      sessions.push([hash, session]);
      await create(hash, session);
    };
    const browser = world.browser();
    await browser.logIn(world.admin);
    await browser.get('/console/overview');
    const token = browser.cookies.get('__Host-tidings') ?? '';
    expect(token).not.toBe('');
    const kept = JSON.stringify([sessions, world.events, world.invocations]);
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain(token);
  });

  it('end at once when their key is revoked, with a way back to the same page', async () => {
    const { key, keyId } = (await world.call(world.admin, 'POST /v1/keys', { scope: 'admin' })).json;
    const browser = world.browser();
    await browser.logIn(key);
    expect((await browser.get('/console/merchants?q=de')).status).toBe(200);
    await world.call(world.admin, `DELETE /v1/keys/${keyId}`);
    const answer = await browser.get('/console/merchants?q=de');
    expect(answer).toMatchObject({
      status: 303,
      location: '/console/log-in?next=%2Fconsole%2Fmerchants%3Fq%3Dde',
    });
    expect(browser.cookies.has('__Host-tidings')).toBe(false);
    const back = await browser.get(answer.location ?? '');
    expect(back.html).toContain('name="next" value="/console/merchants?q=de"');
  });

  it('end when their key expires', async () => {
    const expiresAt = new Date(world.time.nowMs + HOUR_MS).toISOString();
    const { key } = (await world.call(world.admin, 'POST /v1/keys', { scope: 'admin', expiresAt })).json;
    const browser = world.browser();
    await browser.logIn(key);
    world.time.nowMs += HOUR_MS - MINUTE_MS;
    expect((await browser.get('/console/overview')).status).toBe(200);
    world.time.nowMs += MINUTE_MS;
    expect((await browser.get('/console/overview')).status).toBe(303);
  });

  it('end two hours after their last request, and twelve hours after they began', async () => {
    const [idle, busy] = [world.browser(), world.browser()];
    await idle.logIn(world.admin);
    await busy.logIn(world.admin);
    for (let minutes = 0; minutes < 12 * 60 - 30; minutes += 30) {
      world.time.nowMs += 30 * MINUTE_MS;
      if (minutes === 90) expect((await idle.get('/console/overview')).status).toBe(303);
      expect((await busy.get('/console/overview')).status).toBe(200);
    }
    world.time.nowMs += 30 * MINUTE_MS;
    expect((await busy.get('/console/overview')).status).toBe(303);
  });

  it('end at the log-out, also for a copy of the cookie', async () => {
    const browser = world.browser();
    await browser.logIn(world.admin);
    await browser.get('/console/overview');
    const token = browser.cookies.get('__Host-tidings') ?? '';
    expect(await browser.submit('/console/log-out')).toMatchObject({
      status: 303,
      location: '/console/log-in',
    });
    const copy = world.browser();
    copy.cookies.set('__Host-tidings', token);
    expect((await copy.get('/console/overview')).status).toBe(303);
  });

  it('are replaced by a new log-in of the same browser', async () => {
    const browser = world.browser();
    await browser.logIn(world.admin);
    const former = browser.cookies.get('__Host-tidings') ?? '';
    await browser.logIn(demo.manager);
    const copy = world.browser();
    copy.cookies.set('__Host-tidings', former);
    expect((await copy.get('/console/overview')).status).toBe(303);
  });

  it('have a cookie that no script reads and no other site sends', async () => {
    const { headers } = await world.browser().logIn(world.admin);
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-tidings=[A-Za-z0-9]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
  });

  it('lead to the page that was asked for, and never to another site', async () => {
    const to = async (next: string) =>
      (await world.browser().submit('/console/log-in', { key: world.admin, next })).location;
    expect(await to('/console/merchants?q=a')).toBe('/console/merchants?q=a');
    const others = [
      'https://evil.example/console',
      '//evil.example/console',
      '/\\evil.example',
      '/console\\..\\..//evil.example',
      '/v1/merchants',
      '/consoleevil',
      '/console/../v1/keys',
      'javascript:alert(1)',
    ];
    for (const next of others)
      expect({ next, to: await to(next) }).toEqual({ next, to: '/console/overview' });
  });
});
