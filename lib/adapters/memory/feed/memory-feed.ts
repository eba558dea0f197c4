import type { FeedCounter } from '../../../core/deliver/redelivery/count-listed.ts';
import type { FeedStore } from '../../../core/feed/feed-store.ts';
import type { Window } from '../../../core/feed/window.ts';
import type { WindowStore } from '../../../core/feed/window-store.ts';
import { isTerminal, type Outcome, type TerminalOutcome } from '../../../core/model.ts';
import { readOutcome, readUntilUnreadable } from '../../../core/record/stored-outcome.ts';
import { feedOrder } from '../../../protocol/table/outcome-layout.ts';
import { outcomeName, pageOf } from '../merchants/memory-keys.ts';

type MemoryRange = Omit<Parameters<FeedStore['page']>[0], 'limit' | 'cursor'>;

/** @param shards the shard of each outcome, by the outcome's name */
export function memoryFeed(
  outcomes: ReadonlyMap<string, Outcome>,
  shards: ReadonlyMap<string, number>,
  isShown: (outcome: Outcome) => boolean,
): FeedStore & FeedCounter {
  const listedIn = ({ merchantId, shard, from, to, after }: MemoryRange) => {
    const listed: TerminalOutcome[] = [];
    for (const [name, one] of outcomes) {
      if (one.merchantId !== merchantId || !isTerminal(one)) continue;
      if (one.listedAt < from || one.listedAt >= to) continue;
      if (shards.get(name) !== shard || !isShown(one)) continue;
      if (after === undefined || feedOrder(one) > feedOrder(after)) listed.push(one);
    }
    return listed;
  };
  return {
    count: async (range) => listedIn(range).length,
    async page({ limit, cursor, ...range }) {
      const listed = listedIn(range);
      const { page, ...rest } = pageOf(listed, { keyOf: feedOrder, limit, cursor });
      const { read, taken } = readUntilUnreadable(page, readRow);
      const last = taken < page.length ? page[taken - 1] : undefined;
      return { rows: read, ...(last === undefined ? rest : { cursor: feedOrder(last) }) };
    },
  };
}

function readRow(row: TerminalOutcome): TerminalOutcome {
  const { metadata: _hidden, notifyUrl: _too, ...shown } = readOutcome(row, outcomeName(row));
  return { ...shown, status: row.status, listedAt: row.listedAt };
}

export function memoryWindows(windows: Map<string, Window>): WindowStore {
  const name = (merchantId: string, start: string) => `${merchantId}#${start}`;
  const put = (window: Window, expectedRevision: number | undefined) => {
    const key = name(window.merchantId, window.start);
    if (windows.get(key)?.revision !== expectedRevision) return false;
    windows.set(key, structuredClone(window));
    return true;
  };
  return {
    async read(merchantId, start) {
      const window = windows.get(name(merchantId, start));
      return window && withoutBuckets(window);
    },
    async buckets({ merchantId, start, revision }) {
      const window = windows.get(name(merchantId, start));
      return window?.revision === revision ? window.buckets : undefined;
    },
    async page({ merchantId, from, to, limit, cursor }) {
      const own = [...windows.values()]
        .filter((window) => window.merchantId === merchantId)
        .filter(({ start }) => start >= from && start < to);
      const { page, ...rest } = pageOf(own, { keyOf: ({ start }) => start, limit, cursor });
      return { windows: page.map(withoutBuckets), ...rest };
    },
    putIfAbsent: async (window) => put(window, undefined),
    revise: async (window, expectedRevision) => put(window, expectedRevision),
  };
}

function withoutBuckets({ buckets: _kept, ...window }: Window): Window {
  return window;
}
