import type { Job, JobStore } from '../../core/deliver/redelivery.ts';
import type { FeedStore } from '../../core/feed/feed-store.ts';
import type { Window } from '../../core/feed/window.ts';
import type { WindowStore } from '../../core/feed/window-store.ts';
import { isTerminal, type Outcome, type TerminalOutcome } from '../../core/model.ts';
import { readOutcome, readUntilUnreadable } from '../../core/record/stored-outcome.ts';
import { feedOrder } from '../../protocol/table/outcome-layout.ts';
import type { LogEntry } from './memory-audit-log.ts';
import { outcomeName, pageOf } from './memory-keys.ts';

/** @param shards the shard of each outcome, by the outcome's name */
export function memoryFeed(
  outcomes: ReadonlyMap<string, Outcome>,
  shards: ReadonlyMap<string, number>,
  isShown: (outcome: Outcome) => boolean,
): FeedStore {
  return {
    async page({ merchantId, shard, from, to, after, limit, cursor }) {
      const listed: TerminalOutcome[] = [];
      for (const [name, one] of outcomes) {
        if (one.merchantId !== merchantId || !isTerminal(one)) continue;
        if (one.listedAt < from || one.listedAt >= to) continue;
        if (shards.get(name) !== shard || !isShown(one)) continue;
        if (after === undefined || feedOrder(one) > feedOrder(after)) listed.push(one);
      }
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

export function memoryJobs(log: LogEntry): JobStore {
  const jobs = new Map<string, Job>();
  return {
    async read(merchantId, jobId) {
      const job = jobs.get(jobId);
      return job?.merchantId === merchantId ? job : undefined;
    },
    async running() {
      return [...jobs.values()].filter(isRunning).map(({ merchantId, jobId }) => ({ merchantId, jobId }));
    },
    async save(job, expectedRev, entry) {
      if ((jobs.get(job.jobId)?.rev ?? 0) !== expectedRev) return false;
      const isTaken = (other: Job) =>
        isRunning(other) && other.merchantId === job.merchantId && other.slot === job.slot;
      if (expectedRev === 0 && isRunning(job) && [...jobs.values()].some(isTaken)) return false;
      jobs.set(job.jobId, structuredClone(job));
      log(entry);
      return true;
    },
  };
}

function isRunning({ state }: Job): boolean {
  return state === 'running';
}
