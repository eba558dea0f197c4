import { describe, expect, it } from 'vitest';
import { FIRST, useWindows } from './windows-world.ts';

describe('asking for windows', () => {
  const setup = useWindows();
  const { ask, fill, fillFirst } = setup;

  it('keeps an answer under 1 MB, however long the rows', async () => {
    const message = '\u0001'.repeat(512);
    await fillFirst(400, () => ({ reason: { code: 'x', message } }));
    const first = await ask(`${FIRST}/transactions?limit=500`);
    expect(Buffer.byteLength(first.text)).toBeLessThan(1_000_000);
    expect(first.json.hasMore).toBe(true);
    const second = await ask(`${FIRST}/transactions?limit=500&cursor=${first.json.nextCursor}`);
    expect(first.json.items.length + second.json.items.length).toBe(400);
  });

  it('refuses an answer of more than 1 MB', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => ({ transactionType: `t${index}` }));
    await fill(150);
    const { page } = setup.world.ports.windows;
    setup.world.ports.windows.page = async (options) => {
      const found = await page(options);
      const groups = rows.map((row) => ({ ...found.windows[0]?.groups[0], ...row }));
      return { ...found, windows: found.windows.map((window) => ({ ...window, groups }) as typeof window) };
    };
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z')).json).toMatchObject({
      status: 400,
      code: 'answer_too_large',
    });
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z&resolution=hour')).status).toBe(200);
  });

  it('refuses to sum up more groups than it could in its time, and sums up the half of it', async () => {
    const groups = Array.from({ length: 2_000 }, (_, index) => ({
      transactionType: `t${index}`,
      status: 'SUCCEEDED',
      currency: 'CNY',
      count: 1,
      amount: '1',
      hash: '0'.repeat(32),
    }));
    await fill(110);
    const { page } = setup.world.ports.windows;
    let read = 0;
    setup.world.ports.windows.page = async (options) => {
      const found = await page({ ...options, limit: 10 });
      read += found.windows.length;
      return { ...found, windows: found.windows.map((window) => ({ ...window, groups })) };
    };
    const day = '/v1/windows?resolution=day&from=2026-11-20T08:00:00Z';
    expect((await ask(day)).json).toMatchObject({ status: 400, code: 'answer_too_large' });
    expect(read).toBe(110);
    const { json } = await ask(`${day}&to=2026-11-20T13:00:00Z`);
    expect(json.items).toHaveLength(1);
    expect(json.items[0]).toMatchObject({ end: '2026-11-20T13:00:00.000Z', groups: { length: 2_000 } });
    expect(json.items[0].groups[0]).toMatchObject({ count: 60, amount: '60' });
  });
});
