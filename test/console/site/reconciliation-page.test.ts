import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

const PAGE = '/console/merchants/demo/reconciliation';

describe('the reconciliation page', () => {
  let world: ConsoleWorld;
  let session: Browser;
  beforeEach(async () => {
    world = createConsoleWorld();
    const demo = await world.merchant('demo');
    await demo.endpoint();
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    await world.drain();
    session = world.browser();
    await session.logIn(demo.manager);
  });

  it('says what it waits for, before a window is closed', async () => {
    expect((await session.get(PAGE)).html).toContain('No window is closed yet');
  });

  it('shows days, the hours of a day and the windows of an hour', async () => {
    world.time.nowMs += 3_600_000;
    await world.closeWindows();
    const { html } = await session.get(PAGE);
    expect(html.match(/data-state="not_compared"/g)).toHaveLength(1);
    const [day = ''] = /[?]day=[^"]+/.exec(html) ?? [];
    const [hour = ''] = /[?]hour=[^"]+/.exec((await session.get(`${PAGE}${day}`)).html) ?? [];
    expect(hour).not.toBe('');
    expect((await session.get(`${PAGE}?hour=nonsense`)).status).toBe(200);
  });

  it('sends the callbacks of chosen rows again, and leaves out what only the ledger knows', async () => {
    await session.get('/console/merchants/demo/endpoints');
    const answer = await session.submit(`${PAGE}/send-again`, { transactionId: 'pay_1' });
    expect(answer).toMatchObject({ status: 303, location: PAGE });
    expect((await session.get(PAGE)).html).toContain('Callbacks of 1 transactions will be sent again');
    const ghost = await session.submit(`${PAGE}/send-again`, { transactionId: 'ghost' });
    expect(ghost.status).toBe(303);
    expect((await session.get(PAGE)).html).toContain('Callbacks of 0 transactions');
  });

  it('takes claims only with the token of the session, from its own page', async () => {
    await session.get('/console/merchants/demo/endpoints');
    const claim = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    expect((await session.fetch(`${PAGE}/claims`, claim)).status).toBe(403);
    const headers = { ...claim.headers, 'x-csrf': session.csrf };
    const evil = { ...headers, origin: 'https://evil.example' };
    expect((await session.fetch(`${PAGE}/claims`, { ...claim, headers: evil })).status).toBe(403);
    const refused = await session.fetch(`${PAGE}/claims`, { ...claim, headers });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ code: 'missing_field' });
  });
});
