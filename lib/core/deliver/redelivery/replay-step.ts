import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { feedOrder } from '../../../protocol/table/outcome-layout.ts';
import { isUnreadable } from '../../faults.ts';
import type { FeedStore } from '../../feed/feed-store.ts';
import { openMerge, takePage } from '../../feed/merge.ts';
import { shardLists } from '../../feed/shard-pages.ts';
import type { ConfigCache } from '../../merchants/config-cache.ts';
import type { MerchantConfig } from '../../merchants/merchant-config.ts';
import type { TerminalOutcome } from '../../model.ts';
import type { Job } from './redelivery-job.ts';
import { type ReplayPorts as OutcomePorts, replayOutcome } from './replay-outcome.ts';
import { ended, roomInMinute, type StepResult, withResults } from './step-results.ts';

/**
 * A step of a job that walks along the feed. The range ends at a watermark, so it holds the same outcomes at each reading:
 * if the process dies during a step, the same outcomes are examined again, and what was sent is recognised.
 */

export interface ReplayPorts extends OutcomePorts {
  readonly feed: FeedStore;
  readonly configs: ConfigCache;
}

/** Outcomes per step. Progress is written after each step. */
const STEP = 50;
/** Outcomes of one step examined concurrently. */
const STEP_CONCURRENCY = 8;

/** Examines the next outcomes. Undefined: nothing more may be sent in this minute. */
export async function replayStep(ports: ReplayPorts, job: Job): Promise<Job | undefined> {
  const nowMs = ports.clock.now();
  const config = await ports.configs.get(job.merchantId, nowMs);
  if (config === undefined) return failed(job, 'unknown_merchant', nowMs);
  const limit = Math.min(STEP, Math.floor(roomInMinute(job, nowMs) / mostPerOutcome(job, config)));
  if (limit === 0) return undefined;
  const page = await readPage(ports, job, { config, limit });
  if (page === 'unreadable') return failed(job, 'unreadable_row', nowMs);
  const next = withPage(job, page, await replayAll(ports, { job, config, rows: page.rows }), nowMs);
  return page.hasMore ? next : ended(next, 'done', nowMs);
}

/** Counts what a step that was cancelled had sent, and sends nothing. */
export async function replayLook(ports: ReplayPorts, job: Job): Promise<Job> {
  const nowMs = ports.clock.now();
  const config = await ports.configs.get(job.merchantId, nowMs);
  const page = config && (await readPage(ports, job, { config, limit: STEP }));
  if (config === undefined || page === undefined || page === 'unreadable') return job;
  const results = await replayAll(ports, { job, config, rows: page.rows, isLook: true });
  const sent = results.filter(({ result }) => result === 'sent');
  return { ...withResults(job, sent, nowMs), found: job.found + sent.length };
}

/** The maximum number of notifications that one outcome can have. */
function mostPerOutcome({ include, endpointId }: Job, { endpoints }: MerchantConfig): number {
  if (endpointId !== undefined) return 1;
  const ownUrls = include === 'all' ? 1 : 0;
  return Math.max(1, endpoints.length + ownUrls);
}

interface FeedStep {
  readonly rows: readonly TerminalOutcome[];
  readonly hasMore: boolean;
}

interface PageSize {
  readonly config: MerchantConfig;
  readonly limit: number;
}

/** A row that cannot be read ends the page before it. `unreadable`: the page begins with one. */
async function readPage(
  { feed }: Pick<ReplayPorts, 'feed'>,
  job: Job,
  { config, limit }: PageSize,
): Promise<FeedStep | 'unreadable'> {
  const { merchantId, from, to, after } = job;
  const { feedShards } = config.profile;
  const range = { merchantId, feedShards, from, to, limit, ...(after !== undefined && { after }) };
  try {
    const lists = shardLists(feed, range);
    const merge = openMerge({ lists, orderOf: feedOrder, maxRows: limit * feedShards });
    const { items, hasMore } = await takePage(merge, { limit, accepts: () => true, view: (row) => row });
    return { rows: items, hasMore };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return 'unreadable';
  }
}

interface StepRows {
  readonly job: Job;
  readonly config: MerchantConfig;
  readonly rows: readonly TerminalOutcome[];
  /** Sends nothing. */
  readonly isLook?: boolean;
}

async function replayAll(
  ports: ReplayPorts,
  { job, config, rows, isLook = false }: StepRows,
): Promise<readonly StepResult[]> {
  const results = await boundedMap(rows, STEP_CONCURRENCY, (row) =>
    replayOutcome(ports, { job, config, row, isLook }),
  );
  return results.flat();
}

function withPage(job: Job, { rows }: FeedStep, results: readonly StepResult[], nowMs: number): Job {
  const last = rows.at(-1);
  const next = withResults(job, results, nowMs);
  if (last === undefined) return next;
  const { listedAt, transactionId, version } = last;
  return {
    ...next,
    after: { listedAt, transactionId, version },
    examined: (job.examined ?? 0) + rows.length,
    found: job.found + results.length,
  };
}

function failed(job: Job, failure: NonNullable<Job['failure']>, nowMs: number): Job {
  return { ...ended(job, 'failed', nowMs), failure };
}
