import { expect } from 'vitest';
import { merchantIdSchema, type Outcome, outcomeSchema } from '../../../../lib/core/model.ts';
import { useDemoWorld } from '../../../support/demo-world.ts';
import { createWorld, payment } from '../../../support/world.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const DAY = 86_400 * SECOND;
export const LAG = 30 * SECOND;
export const DEMO = merchantIdSchema().parse('demo');

/** An outcome as the table holds it, written by the service or by an initiator's own transaction. */
export function outcome(transactionId: string, listedAtMs: number, changes: object = {}): Outcome {
  const listedAt = new Date(listedAtMs).toISOString();
  const content = payment(changes);
  return outcomeSchema().parse({
    ...content,
    merchantId: 'demo',
    transactionId,
    version: 1,
    recordedAt: listedAt,
    listedAt,
  });
}

export interface FeedAnswer {
  readonly items: readonly { readonly transactionId: string; readonly listedAt: string }[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
  readonly watermark: string;
}

export const idsOf = ({ items }: Pick<FeedAnswer, 'items'>) =>
  items.map(({ transactionId }) => transactionId);

/** A world with the merchant `demo`, new for each test, whose feed is written, followed and asked for. */
export function useFeed() {
  const setup = Object.assign(useDemoWorld(open), {
    /** When the index shows a row, where that is not at once. */
    indexedAt: new Map<string, number>(),
    /** Replaces the world by a new one. */
    open: async () => void Object.assign(setup, await open()),
  });
  async function open() {
    const indexedAt = new Map<string, number>();
    const world = createWorld({ indexedAtMs: ({ transactionId }) => indexedAt.get(transactionId) ?? 0 });
    return { world, demo: await world.merchant('demo'), indexedAt };
  }
  const put = (transactionId: string, changes: object = {}) =>
    setup.world.call(
      setup.demo.initiator,
      `PUT /v1/merchants/demo/transactions/${transactionId}`,
      payment(changes),
    );
  const write = (one: Outcome, shard = 0) => setup.world.ports.outcomes.putIfAbsent(one, shard);
  const call = (query = '') => setup.world.call(setup.demo.receiver, `GET /v1/transactions${query}`);
  const ask = async (query = ''): Promise<FeedAnswer> => {
    const answer = await call(query);
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  /** From a cursor to the end of what there is now. */
  const follow = async (cursor: string | undefined, limit = 3) => {
    const items: FeedAnswer['items'][number][] = [];
    for (let next = cursor; ; ) {
      const page = await ask(`?limit=${limit}${next === undefined ? '' : `&cursor=${next}`}`);
      items.push(...page.items);
      next = page.nextCursor;
      if (!page.hasMore) return { ...page, items };
    }
  };
  /** What a receiver sees that asks every second, for as long as it takes. */
  const watch = async () => {
    const seen: string[] = [];
    for (let page = await follow(undefined), step = 0; step < 45; step += 1) {
      seen.push(...idsOf(page));
      pass(SECOND);
      page = await follow(page.nextCursor);
    }
    return seen;
  };
  const pass = (ms: number) => {
    setup.world.time.nowMs += ms;
  };
  const setShards = async (feedShards: number) => {
    const answer = await setup.world.call(setup.world.admin, 'PATCH /v1/merchants/demo', { feedShards });
    expect(answer.status).toBe(200);
  };

  return Object.assign(setup, { put, write, call, ask, follow, watch, pass, setShards });
}
