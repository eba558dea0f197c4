import { describe, expect, it, vi } from 'vitest';
import { findByListing, scaledListing } from '../../../bench/peers/trials/finding.ts';
import { findByWindows } from '../../../bench/peers/trials/finding-by-windows.ts';
import { findInMemory } from '../../../bench/peers/trials/finding-in-memory.ts';
import { createReceiver } from '../../../lib/receiver/index.ts';
import { fetchOf, SINCE } from '../../support/kit.ts';
import { createWorld, payment } from '../../support/world.ts';

const PAGE = 10;
const ids = (count: number) => Array.from({ length: count }, (_, number) => `load-x-${number}`);

/** A list in pages of {@link PAGE}, whose every page has 100 bytes. */
const listOf = (stored: readonly string[]) => async (cursor: string | undefined) => {
  const start = Number(cursor ?? 0);
  const end = start + PAGE;
  return { ids: stored.slice(start, end), next: end < stored.length ? String(end) : undefined, bytes: 100 };
};

describe('finding lost messages by a list', () => {
  it('needs a request for each page of everything that is stored', async () => {
    const all = ids(95);
    const lost = new Set([all[3] ?? '', all[40] ?? '', all[94] ?? '']);
    await expect(findByListing('peer', listOf(all), { all, lost })).resolves.toEqual({
      found: 3,
      lost: 3,
      among: 95,
      requests: 10,
      bytes: 1_000,
    });
  });

  it('lists again while the list lags, and counts the last time only', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const all = ids(20);
    let calls = 0;
    const list = (cursor: string | undefined) => {
      calls += 1;
      return listOf(calls === 1 ? all.slice(0, 5) : all)(cursor);
    };
    const found = await findByListing('peer', list, { all, lost: new Set(all.slice(0, 1)) });
    vi.useRealTimers();
    expect(found).toMatchObject({ found: 1, requests: 2 });
    expect(calls).toBe(3);
  });

  it('says how many messages a list never shows', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const all = ids(20);
    const list = (cursor: string | undefined) => {
      // Longer than any list may lag.
      vi.setSystemTime(Date.now() + 3_600_000);
      return listOf(all.slice(0, 18))(cursor);
    };
    await expect(findByListing('peer', list, { all, lost: new Set() })).rejects.toThrow(
      /^peer does not list 2 of 20 messages/,
    );
    vi.useRealTimers();
  });

  it('ends a list that has no end', async () => {
    const endless = async () => ({ ids: [], next: 'again', bytes: 1 });
    await expect(findByListing('peer', endless, { all: ids(1), lost: new Set() })).rejects.toThrow(
      'peer gives a list of more than 10000 pages.',
    );
  });

  it('grows with the number of messages', () => {
    const found = { found: 3, lost: 3, among: 500, requests: 1, bytes: 250_000 };
    expect(scaledListing(found, { orders: 100_000, pageSize: 1_000 })).toEqual({
      requests: 100,
      bytes: 50_000_000,
    });
  });
});

describe('finding lost outcomes by windows', () => {
  it('finds them with the receiver kit, and with fewer requests than rows', async () => {
    const world = createWorld();
    const merchant = await world.merchant('demo');
    const all = Array.from({ length: 60 }, (_, number) => `pay_${number}`);
    for (const id of all) {
      await world.call(merchant.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
    }
    world.time.nowMs += 3_600_000;
    await world.closeWindows();
    const lost = new Set(['pay_7', 'pay_30', 'pay_59']);
    const found = await findByWindows(
      {
        since: SINCE,
        ask: async (request) => ({ ...(await world.call(merchant.receiver, request)), headers: {} }),
        receiver: (store) =>
          createReceiver({
            merchantId: 'demo',
            secrets: merchant.secret,
            store,
            onOutcome: () => undefined,
            now: () => world.time.nowMs,
            service: {
              url: 'https://tidings.example',
              key: merchant.receiver,
              merchantSecrets: merchant.secret,
              since: SINCE,
              fetch: fetchOf(world),
            },
          }),
      },
      { all, lost },
    );
    expect(found).toMatchObject({ found: 3, lost: 3, among: 60 });
    expect(found.requests).toBeLessThan(30);
  });

  it('costs less than twice as much among ten times as many outcomes', async () => {
    const few = await findInMemory(1_000, 3);
    const many = await findInMemory(10_000, 3);
    expect(many.requests).toBeLessThan(2 * few.requests);
  });
});
