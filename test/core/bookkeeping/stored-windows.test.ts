import { describe, expect, it } from 'vitest';
import type { WindowKey } from '../../../lib/core/bookkeeping/glance.ts';
import { createStoredWindows } from '../../../lib/core/bookkeeping/stored-windows.ts';
import type { Window } from '../../../lib/core/feed/window.ts';
import { at, closedWindow, OTHER, SHOP } from '../../adapters/support/samples.ts';

const START_MS = Date.parse(at(0));
const WINDOW_MS = 300_000;

/** SHOP waits for two windows, OTHER for one. */
const group = [
  { merchantId: SHOP, fromMs: START_MS, toMs: START_MS + 2 * WINDOW_MS },
  { merchantId: OTHER, fromMs: START_MS + WINDOW_MS, toMs: START_MS + 2 * WINDOW_MS },
];

function opened(stored: readonly Window[], answer = (windows: readonly (Window | undefined)[]) => windows) {
  const asked: (readonly WindowKey[])[] = [];
  const windows = async (keys: readonly WindowKey[]) => {
    asked.push(keys);
    return answer(
      keys.map((key) => stored.find((one) => one.merchantId === key.merchantId && one.start === key.start)),
    );
  };
  const find = createStoredWindows({ windows }, 300);
  return { asked, find: (merchantId: typeof SHOP, startMs: number) => find({ group, merchantId, startMs }) };
}

describe('the stored windows of a group of merchants', () => {
  it('are read together, once, when the first is asked for', async () => {
    const window = closedWindow({ merchantId: OTHER, start: at(300) });
    const { find, asked } = opened([window]);
    expect(asked).toEqual([]);
    expect(await Promise.all([find(SHOP, START_MS), find(OTHER, START_MS + WINDOW_MS)])).toEqual([
      undefined,
      window,
    ]);
    expect(await find(SHOP, START_MS + WINDOW_MS)).toBeUndefined();
    expect(asked).toEqual([
      [
        { merchantId: SHOP, start: at(0) },
        { merchantId: SHOP, start: at(300) },
        { merchantId: OTHER, start: at(300) },
      ],
    ]);
  });

  it('are unknown where they were not read, or were asked for before', async () => {
    const { find } = opened([]);
    expect(await find(OTHER, START_MS)).toBe('unknown');
    expect(await find(SHOP, START_MS)).toBeUndefined();
    expect(await find(SHOP, START_MS)).toBe('unknown');
  });

  it('are all unknown where they cannot be read together, so that each merchant reads its own', async () => {
    const { find } = opened([], () => {
      throw new Error('throttled');
    });
    expect(await find(SHOP, START_MS)).toBe('unknown');
    expect(await find(OTHER, START_MS + WINDOW_MS)).toBe('unknown');
  });
});
