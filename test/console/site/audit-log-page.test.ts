import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

describe('the audit log', () => {
  let world: ConsoleWorld;
  let operator: Browser;
  beforeEach(async () => {
    world = createConsoleWorld();
    await world.merchant('demo');
    await world.call(world.admin, 'PATCH /v1/merchants/demo', { name: 'Renamed' });
    await world.call(world.admin, 'POST /v1/keys', { scope: 'admin' });
    operator = world.browser();
    await operator.logIn(world.admin);
  });
  const htmlOf = async (query: object = {}) =>
    (await operator.get(`/console/audit-log?${new URLSearchParams({ ...query })}`)).html;

  it('shows what was done to the service, and with a merchant what was done to it', async () => {
    const service = await htmlOf();
    expect(service).toContain('Key created');
    expect(service).not.toContain('Merchant changed');
    const merchant = await htmlOf({ merchantId: 'demo' });
    expect(merchant).toContain('Merchant changed');
    expect(merchant).toContain('<code>root</code>');
    expect(merchant).toContain('name');
    expect(merchant).toContain('href="/console/audit-log"');
  });

  it('shows the days that were chosen, both included', async () => {
    const shown = { merchantId: 'demo', from: '2026-11-20', to: '2026-11-20' };
    expect(await htmlOf(shown)).toContain('Merchant changed');
    expect(await htmlOf({ ...shown, to: '2026-11-21', from: '2026-11-21' })).toContain('No entry');
  });

  it('goes on page by page with the same filters', async () => {
    for (let n = 0; n < 50; n += 1) {
      world.time.nowMs += 1_000;
      await world.call(world.admin, 'PATCH /v1/merchants/demo', { name: `Name ${n}` });
    }
    const first = await htmlOf({ merchantId: 'demo' });
    expect(first).not.toContain('Merchant created');
    const [, older = ''] = /<a class="button" href="([^"]+)" rel="next"/.exec(first) ?? [];
    expect(older).toContain('merchantId=demo');
    const { html } = await operator.get(older.replaceAll('&amp;', '&'));
    expect(html).toContain('Merchant created');
  });

  it.each([
    [{ merchantId: 'nobody' }, 'This merchant does not exist'],
    [{ merchantId: 'no id' }, 'This merchant does not exist'],
    [{ from: '2026-11-21', to: '2026-11-20' }, 'the end is before the start'],
    [{ from: 'yesterday' }, 'Key created'],
  ])('says what is wrong with its filters: %o', async (query, says) => {
    expect(await htmlOf(query)).toContain(says);
  });
});
