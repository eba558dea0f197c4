import { beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

describe('portal links', () => {
  let world: ConsoleWorld;
  let demo: Awaited<ReturnType<ConsoleWorld['merchant']>>;
  beforeEach(async () => {
    world = createConsoleWorld();
    demo = await world.merchant('demo');
    await world.merchant('other');
  });

  const linkTo = async (merchantId: string, key = world.admin) =>
    (await world.call(key, `POST /v1/merchants/${merchantId}/portal-links`)).json.url as string;

  it("open one merchant's console, and nothing else, also if an operator made them", async () => {
    const browser = world.browser();
    expect(await browser.enter(await linkTo('demo'))).toMatchObject({
      status: 303,
      location: '/console/merchants/demo',
    });
    expect((await browser.get('/console/merchants/demo')).status).toBe(200);
    for (const path of ['/merchants/other', '/merchants', '/overview']) {
      expect((await browser.get(`/console${path}`)).status).toBe(404);
    }
  });

  it('open the console once: also of two browsers at the same moment', async () => {
    const url = await linkTo('demo');
    const opened = await Promise.all([world.browser().enter(url), world.browser().enter(url)]);
    expect(opened.map(({ status }) => status).sort()).toEqual([303, 410]);
    const again = await world.browser().enter(url);
    expect(again.status).toBe(410);
    expect(again.html).toContain('This link was used or has expired');
    expect(again.html).toContain('Ask for a new one');
  });

  it('are not used up by a scanner that only looks at them', async () => {
    const url = await linkTo('demo');
    const { pathname } = new URL(url);
    for (let looks = 0; looks < 3; looks += 1) {
      const looked = await world.browser().get(pathname);
      expect(looked.status).toBe(200);
      expect(looked.headers.get('referrer-policy')).toBe('no-referrer');
    }
    expect((await world.browser().enter(url)).status).toBe(303);
  });

  it('ask before they replace another session, and use up neither before the answer', async () => {
    const browser = world.browser();
    await browser.logIn(world.admin);
    const url = await linkTo('demo');
    const token = new URL(url).hash.slice(1);
    const asked = await browser.enter(url);
    expect(asked.status).toBe(200);
    expect(asked.html).toContain('You are logged in as an operator, with the key root.');
    expect(asked.html).toContain('This link opens the console of the merchant demo.');
    expect(asked.html).toContain('href="/console/overview"');
    expect((await browser.get('/console/overview')).status).toBe(200);
    const former = new Map(browser.cookies);
    const entered = await browser.submit('/console/enter', { token, replace: 'yes' });
    expect(entered).toMatchObject({ status: 303, location: '/console/merchants/demo' });
    expect((await browser.get('/console/overview')).status).toBe(404);
    for (const [name, value] of former) browser.cookies.set(name, value);
    expect((await browser.get('/console/overview')).status).toBe(303);
    expect((await world.browser().enter(url)).status).toBe(410);
  });

  it('leave a session alone when they were used or have expired', async () => {
    const browser = world.browser();
    await browser.logIn(world.admin);
    const used = await linkTo('demo');
    await world.browser().enter(used);
    expect((await browser.enter(used)).status).toBe(410);
    const late = await linkTo('demo');
    world.time.nowMs += 600_000;
    expect((await browser.enter(late)).status).toBe(410);
    expect((await browser.get('/console/overview')).status).toBe(200);
  });

  it('ask also a merchant before another merchant, and nobody for the same', async () => {
    const browser = world.browser();
    await browser.enter(await linkTo('other'));
    const asked = await browser.enter(await linkTo('demo'));
    expect(asked.html).toContain('You are logged in as the merchant other.');
    expect((await browser.enter(await linkTo('other'))).location).toBe('/console/merchants/other');
  });

  it('ask nobody whose session has ended', async () => {
    const browser = world.browser();
    await browser.enter(await linkTo('other'));
    world.time.nowMs += 3 * 3_600_000;
    expect((await browser.enter(await linkTo('demo'))).status).toBe(303);
  });

  it('open nothing after their time', async () => {
    const url = await linkTo('demo');
    world.time.nowMs += 600_000;
    expect((await world.browser().enter(url)).status).toBe(410);
  });

  it('end with the key that made them: before they are used, and after', async () => {
    const manager = async () =>
      (await world.call(world.admin, 'POST /v1/merchants/demo/keys', { scope: 'merchant' })).json;
    const used = await manager();
    const browser = world.browser();
    await browser.enter(await linkTo('demo', used.key));
    const unused = await manager();
    const later = await linkTo('demo', unused.key);
    for (const { keyId } of [used, unused]) {
      await world.call(world.admin, `DELETE /v1/merchants/demo/keys/${keyId}`);
    }
    expect((await browser.get('/console/merchants/demo')).status).toBe(303);
    const late = world.browser();
    await late.enter(later);
    expect((await late.get('/console/merchants/demo')).status).toBe(303);
  });

  it('are for no other merchant than that of the key', async () => {
    const answer = await world.call(demo.manager, 'POST /v1/merchants/other/portal-links');
    expect(answer).toMatchObject({ status: 403, json: { code: 'insufficient_scope' } });
    expect((await world.call(world.admin, 'POST /v1/merchants/nobody/portal-links')).json.code).toBe(
      'unknown_merchant',
    );
  });

  it('of the own session open what its key opens', async () => {
    const own = async (key: string) => (await world.call(key, 'POST /v1/portal-links')).json.url as string;
    expect((await world.browser().enter(await own(world.admin))).location).toBe('/console/overview');
    expect((await world.browser().enter(await own(demo.manager))).location).toBe('/console/merchants/demo');
    expect((await world.call(demo.receiver, 'POST /v1/portal-links')).status).toBe(403);
  });

  it('that a session makes open no more than the session itself', async () => {
    const browser = world.browser();
    await browser.enter(await linkTo('demo'));
    await browser.get('/console/merchants/demo');
    const made = await browser.submit('/console/merchants/demo/portal-link');
    const url = /https:\/\/[^<"]+\/console\/enter#[A-Za-z0-9]{43}/.exec(made.html)?.[0] ?? '';
    const next = world.browser();
    expect((await next.enter(url)).location).toBe('/console/merchants/demo');
    expect((await next.get('/console/overview')).status).toBe(404);
  });

  it('live between a minute and a day, and no longer than their key', async () => {
    const asked = (body: object) => world.call(world.admin, 'POST /v1/merchants/demo/portal-links', body);
    for (const expiresInSeconds of [59, 86_401, 60.5, '60', null]) {
      expect((await asked({ expiresInSeconds })).status).toBe(400);
    }
    for (const expiresInSeconds of [60, 86_400]) {
      const { json } = await asked({ expiresInSeconds });
      expect(Date.parse(json.expiresAt) - world.time.nowMs).toBe(expiresInSeconds * 1000);
    }
    const expiresAt = new Date(world.time.nowMs + 90_000).toISOString();
    const { key } = (await world.call(world.admin, 'POST /v1/keys', { scope: 'admin', expiresAt })).json;
    expect((await world.call(key, 'POST /v1/portal-links')).json.expiresAt).toBe(expiresAt);
  });

  it('leave an entry in the audit log, without the token', async () => {
    const url = await linkTo('demo', demo.manager);
    const { items } = (await world.call(demo.manager, 'GET /v1/audit-log')).json;
    const entries = items.filter(({ action }: { action: string }) => action === 'portal_link.created');
    expect(entries).toMatchObject([{ merchantId: 'demo' }]);
    expect(JSON.stringify(items)).not.toContain(new URL(url).hash.slice(1));
  });
});
