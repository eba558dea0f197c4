import { describe, expect, it } from 'vitest';
import { MAX_ASKED, merchantsConcerned } from '../../../lib/cli/operating/merchants-concerned.ts';

/** A service whose merchants have given up so many callbacks. */
function serviceOf(givenUp: Readonly<Record<string, number>>) {
  const asked: string[] = [];
  const ids = Object.keys(givenUp);
  return {
    asked,
    ask: async ({
      parameters = {},
    }: {
      readonly parameters?: Readonly<Record<string, string | undefined>>;
    }) => {
      const id = parameters.merchantId ?? '';
      asked.push(id);
      return { attention: { exhausted: givenUp[id] ?? 0, blocked: 0 } };
    },
    async *pages({ limit = ids.length }: { readonly limit?: number }) {
      yield ids.slice(0, limit).map((merchantId) => ({ merchantId }));
    },
  };
}

const overviewOf = (exhausted: number) => ({ attention: { exhausted, blocked: 0 } });
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, 0]));

describe('the merchants concerned', () => {
  it('are asked for only if something was given up', async () => {
    const service = serviceOf({ demo: 0 });
    expect(await merchantsConcerned(service, overviewOf(0))).toEqual([]);
    expect(service.asked).toEqual([]);
  });

  it('are found once their numbers add up, and no further merchant is asked', async () => {
    const service = serviceOf({ demo: 0, fast: 3, ...many(12) });
    expect(await merchantsConcerned(service, overviewOf(3))).toEqual([
      { merchantId: 'fast', counts: { exhausted: 3, blocked: 0 } },
    ]);
    expect(service.asked).toEqual(['demo', 'fast', 'm0', 'm1']);
  });

  it('are looked for among the first merchants only', async () => {
    const service = serviceOf({ ...many(MAX_ASKED), fast: 3 });
    expect(await merchantsConcerned(service, overviewOf(3))).toEqual([]);
    expect(service.asked).toHaveLength(MAX_ASKED);
  });
});
