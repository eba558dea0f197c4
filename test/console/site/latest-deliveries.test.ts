import { expect, it } from 'vitest';
import { latestRows } from '../../../lib/console/pages/deliveries/latest-deliveries.ts';

const NOW = '2026-11-20T08:00:00.000Z';

/** A service in which 1,000 outcomes were listed in the last second: one answer never holds all since a time before it. */
function burst(onAsked: (count: number) => void) {
  let count = 0;
  const ask = () => {
    count += 1;
    onAsked(count);
    const items = Array.from({ length: 100 }, (_, index) => ({
      listedAt: `2026-11-20T07:59:59.${String(index).padStart(3, '0')}Z`,
    }));
    return Promise.resolve({ items, hasMore: true });
  };
  return { api: { ask }, session: {}, params: { merchantId: 'demo' } } as unknown as Parameters<
    typeof latestRows
  >[0];
}

it.each([1, 3])(
  'the newest deliveries are not looked for any longer when it is late: after question %d',
  async (last) => {
    const late = new AbortController();
    let asked = 0;
    const service = burst((count) => {
      asked = count;
      if (count === last) late.abort();
    });
    expect(await latestRows(service, NOW, late.signal)).toBeUndefined();
    expect(asked).toBe(last);
  },
);
