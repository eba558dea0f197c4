import { describe, expect, it } from 'vitest';
import { createConsoleWorld } from '../console-world.ts';

const MINUTE_MS = 60_000;
const PAGE = '/console/merchants/demo';

async function erasedWorld() {
  const world = createConsoleWorld();
  await world.merchant('demo');
  const other = await world.merchant('other');
  await world.call(world.admin, 'DELETE /v1/merchants/demo?confirm=demo');
  const operator = world.browser();
  await operator.logIn(world.admin);
  return { world, operator, other };
}

describe('the page of an erased merchant', () => {
  it('shows operators how far its rows are deleted, in each state', async () => {
    const { world, operator } = await erasedWorld();
    const waiting = await operator.get(PAGE);
    expect(waiting.status).toBe(200);
    for (const text of ['Its rows and files are deleted', 'Waiting', 'Begins after', 'Rows'])
      expect(waiting.html).toContain(text);
    world.time.nowMs += 40 * MINUTE_MS;
    for (const task of [world.closeWindows, world.audit, world.eraseRows]) await task();
    const { html: deleting } = await operator.get(PAGE);
    expect(deleting).toContain('Running');
    expect(deleting).not.toContain('Begins after');
    world.time.nowMs += MINUTE_MS;
    await world.eraseRows();
    const { html: erased } = await operator.get(PAGE);
    expect(erased).toContain('Done');
    expect(erased).toContain('Ended');
    expect(erased).not.toContain(`${PAGE}/endpoints`);
  });

  it('is not there for a merchant that never was, nor for other merchants', async () => {
    const { world, operator, other } = await erasedWorld();
    expect((await operator.get('/console/merchants/nobody')).status).toBe(404);
    const browser = world.browser();
    await browser.logIn(other.manager);
    expect((await browser.get(PAGE)).status).toBe(404);
  });
});
