import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { type ConsoleWorld, createConsoleWorld, ORIGIN } from '../console-world.ts';

describe('a form', () => {
  let world: ConsoleWorld;
  let session: Browser;
  let endpointId: string;
  beforeEach(async () => {
    world = createConsoleWorld();
    const demo = await world.merchant('demo');
    ({ endpointId } = await demo.endpoint());
    session = world.browser();
    await session.logIn(world.admin);
    await session.get('/console/merchants/demo/endpoints');
  });

  const path = () => `/console/merchants/demo/endpoints/${endpointId}/switch`;
  const isEnabled = async () =>
    (await world.call(world.admin, `GET /v1/merchants/demo/endpoints/${endpointId}`)).json.enabled;

  it('of the own page is carried out, and the next page says so once', async () => {
    const answer = await session.submit(path(), { enabled: 'false' });
    expect(answer).toMatchObject({ status: 303, location: '/console/merchants/demo/endpoints' });
    expect(await isEnabled()).toBe(false);
    expect((await session.get(answer.location ?? '')).html).toContain('gets no callbacks any more');
    expect((await session.get(answer.location ?? '')).html).not.toContain('gets no callbacks any more');
  });

  it('of another site changes nothing', async () => {
    const sources = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: ORIGIN.replace('https', 'http') },
      { origin: `${ORIGIN}.evil.example` },
      { origin: ORIGIN, 'sec-fetch-site': 'cross-site' },
      { origin: ORIGIN, 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of sources) {
      const answer = await session.submit(path(), { enabled: 'false' }, headers as Record<string, string>);
      expect({ headers, status: answer.status }).toEqual({ headers, status: 403 });
      expect(answer.html).toContain('This form is too old');
    }
    expect(await isEnabled()).toBe(true);
  });

  it('without the token of its session changes nothing', async () => {
    const other = world.browser();
    await other.logIn(world.admin);
    await other.get('/console/merchants/demo/endpoints');
    const [salt = ''] = session.csrf.split('.');
    for (const csrf of ['', 'x', `${salt}.`, `${salt}.${'0'.repeat(64)}`, other.csrf, `${session.csrf}0`]) {
      const answer = await session.submit(path(), { enabled: 'false', csrf });
      expect({ csrf, status: answer.status }).toEqual({ csrf, status: 403 });
    }
    expect(await isEnabled()).toBe(true);
  });

  it('of an older tab still counts', async () => {
    const { csrf } = session;
    await session.get('/console/merchants');
    expect(session.csrf).not.toBe(csrf);
    expect((await session.submit(path(), { enabled: 'false', csrf })).status).toBe(303);
  });

  it('of another kind, or too large, changes nothing', async () => {
    const json = { origin: ORIGIN, 'content-type': 'application/json' };
    expect((await session.submit(path(), { enabled: 'false' }, json)).status).toBe(403);
    const large = await session.submit(path(), { enabled: 'false', more: 'x'.repeat(65_536) });
    expect(large.status).toBe(403);
    expect(await isEnabled()).toBe(true);
  });

  it('for logging in or out counts only from the own site', async () => {
    const evil = { origin: 'https://evil.example' };
    const victim = world.browser();
    expect((await victim.submit('/console/log-in', { key: world.admin }, evil)).status).toBe(403);
    expect((await victim.submit('/console/enter', { token: 'x' }, evil)).status).toBe(403);
    expect(victim.cookies.has('__Host-tidings')).toBe(false);
    expect((await session.submit('/console/log-out', { csrf: 'x' })).status).toBe(403);
    expect((await session.get('/console/merchants')).status).toBe(200);
  });
});
