import { describe, expect, it } from 'vitest';
import { signedAnswer } from '../../../lib/receiver/testing/index.ts';
import { fetchOf, openKit, SINCE } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';
import { everythingOnce, fillFirst, revise, trade } from './reconciling-kit.ts';

describe('reconciling', () => {
  it.each([
    [1, { applied: 1_200, unsettled: 0 }, { applied: 0 }],
    [9, { applied: 500, unsettled: 1 }, { applied: 700 }],
  ])(
    'begins a window again that is revised %i times while its pages are read',
    async (times, ...expected) => {
      const world = createWorld();
      let left = times;
      const kit = await openKit(world, {
        service: {
          fetch: async (url, init) => {
            const answer = await fetchOf(world)(url, init);
            const isFirstPage = url.includes('/transactions?') && !url.includes('cursor=');
            if (isFirstPage && left > 0) {
              left -= 1;
              await revise(world);
            }
            return answer;
          },
        },
      });
      const rows = await fillFirst(world, kit, 1_200);
      expect(await kit.receiver.reconcile()).toMatchObject(expected[0]);
      left = 0;
      expect(await kit.receiver.reconcile()).toMatchObject({ unsettled: 0, ...expected[1] });
      everythingOnce(kit, rows);
    },
  );

  it.each(['window_too_large', 'window_in_doubt'])(
    'takes all rows where the service sums up no buckets: %s',
    async (code) => {
      const world = createWorld();
      const kit = await openKit(world, {
        service: {
          fetch: async (url, init) => {
            if (!url.includes('buckets=256')) return fetchOf(world)(url, init);
            const request = `GET ${url.slice('https://tidings.example'.length)}`;
            const refusal = { status: 409, merchantId: 'demo', request, content: { code } };
            return signedAnswer(refusal, {
              merchantSecrets: kit.merchant.secret,
              now: () => world.time.nowMs,
            });
          },
        },
      });
      const rows = await fillFirst(world, kit, 600);
      for (const row of rows.slice(1)) await kit.tell(row);
      expect(await kit.receiver.reconcile()).toMatchObject({ applied: 1 });
      everythingOnce(kit, rows);
    },
  );

  it.each([
    ['answer_too_large', {}],
    ['range_too_long', { maxSeconds: 3_600, windowSeconds: 300, closedThrough: '2026-11-20T11:20:00.000Z' }],
  ])('asks for less at a time where the answer would be %s', async (code, details) => {
    const world = createWorld();
    const kit = await openKit(world, {
      service: {
        fetch: async (url, init) => {
          const { pathname, search, searchParams } = new URL(url);
          const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''));
          const isLong = !(Number(to) - Number(from) <= 3_600_000);
          if (pathname !== '/v1/windows' || !isLong) return fetchOf(world)(url, init);
          const refusal = {
            merchantId: 'demo',
            request: `GET ${pathname}${search}`,
            content: { code, ...details },
          };
          const own = { merchantSecrets: kit.merchant.secret, now: () => world.time.nowMs };
          return signedAnswer({ status: 400, ...refusal }, own);
        },
      },
    });
    await trade(kit, { windows: 40, each: 1, tells: (index) => index % 5 !== 2 });
    expect(await kit.receiver.reconcile({ to: '2026-11-20T11:00:00Z' })).toMatchObject({ applied: 7 });
    expect((await kit.receiver.compare({ to: '2026-11-20T11:00:00Z' }))?.isEqual).toBe(true);
    // Pieces of a day are one day: nothing differs, and no closer look is taken.
    const looks: string[] = [];
    await kit.receiver.reconcile({
      from: SINCE,
      to: '2026-11-20T11:00:00Z',
      onProgress: (progress) =>
        void looks.push(progress.event === 'compared' ? progress.resolution : progress.event),
    });
    expect(looks).toEqual(['day']);
  });

  it('does not repeat for ever a question that is always too long', async () => {
    const world = createWorld();
    const kit = await openKit(world, {
      service: {
        fetch: async (url) => {
          const content = {
            code: 'range_too_long',
            maxSeconds: 0,
            windowSeconds: 300,
            closedThrough: '2026-11-20T08:00:00.000Z',
          };
          const request = `GET ${url.slice('https://tidings.example'.length)}`;
          const own = { merchantSecrets: kit.merchant.secret, now: () => world.time.nowMs };
          return signedAnswer({ status: 400, merchantId: 'demo', request, content }, own);
        },
      },
    });
    await expect(kit.receiver.reconcile()).rejects.toMatchObject({ code: 'request_refused' });
    expect(kit.applied).toEqual([]);
  });
});
