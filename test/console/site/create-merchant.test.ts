import { beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/cookie-browser.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

const LIST = '/console/merchants';

describe('the form for a new merchant', () => {
  let world: ConsoleWorld;
  let operator: Browser;
  beforeEach(async () => {
    world = createConsoleWorld();
    operator = world.browser();
    await operator.logIn(world.admin);
    expect((await operator.get(LIST)).html).toContain('Create a merchant');
  });
  const create = (merchantId: string, name: string) => operator.submit(LIST, { merchantId, name });

  it('creates it, and shows its secret this once', async () => {
    const made = await create('acme', 'Acme');
    expect(made.status).toBe(200);
    expect(made.html).toMatch(/whsec_[A-Za-z0-9+/=]+/);
    expect(made.html).toContain('href="/console/merchants/acme"');
    expect((await world.call(world.admin, 'GET /v1/merchants/acme')).json).toMatchObject({ name: 'Acme' });
    const again = await create('acme', 'Acme');
    expect(again.html).toContain('The merchant exists');
    expect(again.html).not.toContain('whsec_');
  });

  it.each([
    ['a b', 'Acme', 'Use up to 64 letters'],
    ['acme', '', 'not allowed'],
    ['demo', 'Another', 'exists, with other settings'],
  ])('says beside the field why it is refused, and keeps what was entered: %j, %j', async (id, name, why) => {
    await world.merchant('demo');
    const { status, html } = await create(id, name);
    expect(status).toBe(400);
    expect(html).toContain(why);
    expect(html).toContain(`value="${id}"`);
  });

  it('is not there for a merchant', async () => {
    const { manager } = await world.merchant('demo');
    const merchant = world.browser();
    await merchant.logIn(manager);
    await merchant.get('/console/merchants/demo');
    expect((await merchant.submit(LIST, { merchantId: 'acme', name: 'Acme' })).status).toBe(404);
    expect((await world.call(world.admin, 'GET /v1/merchants/acme')).status).toBe(404);
  });
});
