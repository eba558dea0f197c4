import { beforeAll, describe, expect, it } from 'vitest';
import { SITE } from '../../../lib/console/pages/all-pages.ts';
import type { Browser } from '../../support/cookie-browser.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

/** Every page and action of the site, tried by sessions that may not use it. */
describe("a merchant's session", () => {
  let world: ConsoleWorld;
  let session: Browser;
  const resources = SITE.resources.map(({ method, ...resource }) => ({
    ...resource,
    method: method === 'get' ? ('GET' as const) : ('POST' as const),
  }));
  const forPeople = [
    ...SITE.pages.map((page) => ({ ...page, method: 'GET' as const })),
    ...SITE.actions.map((action) => ({ ...action, method: 'POST' as const })),
  ];
  const routes = [...forPeople, ...resources];
  const addressOf = (path: string, merchantId: string) =>
    `/console${path.replace('{merchantId}', merchantId).replaceAll(/\{\w+\}/g, 'pay_1')}`;

  beforeAll(async () => {
    world = createConsoleWorld();
    await world.merchant('demo');
    await world.merchant('other');
    session = world.browser();
    const { url } = (await world.call(world.admin, 'POST /v1/merchants/demo/portal-links')).json;
    await session.enter(url);
    await session.get('/console/merchants/demo');
    world.invocations.length = 0;
  });

  const ask = (method: 'GET' | 'POST', path: string) =>
    method === 'GET' ? session.get(path) : session.submit(path, { notificationId: 'pay_1.1.ep' });

  it.each(routes)(
    'gets the same answer as for no page at $method $path of another merchant',
    async (route) => {
      const before = world.invocations.length;
      for (const merchantId of ['other', 'nobody', 'DEMO', 'demo2', 'demo%2Fother', 'demo%00']) {
        const answer = await ask(route.method, addressOf(route.path, merchantId));
        if (route.path.includes('{merchantId}') || route.who === 'operator') {
          expect({ merchantId, status: answer.status }).toEqual({ merchantId, status: 404 });
        }
      }
      // Nothing of the page ran: the API was not asked.
      expect(world.invocations.length).toBe(before);
    },
  );

  it.each(routes.filter(({ who }) => who === 'operator'))(
    'gets the same answer as for no page at $method $path, for operators',
    async ({ method, path }) => {
      expect((await ask(method, addressOf(path, 'demo'))).status).toBe(404);
    },
  );

  it.each(routes.filter(({ who, method }) => who === 'merchant' && method === 'GET'))(
    'asks the API as its own merchant only, at $method $path',
    async ({ method, path }) => {
      const before = world.invocations.length;
      await ask(method, addressOf(path, 'demo'));
      const asked = world.invocations.slice(before);
      expect(asked.length).toBeGreaterThan(0);
      for (const event of asked) {
        expect(event).toMatchObject({ requestContext: { authorizer: { lambda: { merchantId: 'demo' } } } });
      }
    },
  );

  it.each(resources)('is needed for $method $path, which says so to a script', async ({ method, path }) => {
    const stranger = world.browser();
    const address = addressOf(path, 'demo');
    const answer = method === 'GET' ? await stranger.get(address) : await stranger.submit(address);
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.html)).toEqual({ code: 'no_session' });
  });

  it.each(forPeople)('is needed for $method $path', async ({ method, path }) => {
    const stranger = world.browser();
    const address = addressOf(path, 'demo');
    const answer = method === 'GET' ? await stranger.get(address) : await stranger.submit(address);
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/^\/console\/log-in/);
  });
});
