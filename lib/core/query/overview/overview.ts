import { DEAD_LETTER_QUEUES, type DeadLetterQueueName } from '../../../protocol/contract-words.ts';
import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import type { CheckStore } from '../../check-back/check-store.ts';
import type { CountStore } from '../../counts/count-store.ts';
import { ALL } from '../../counts/count-store.ts';
import type { DeadLetterQueue } from '../../deliver/aside/dead-letters.ts';
import {
  daysBack,
  listParked,
  type ParkedRecord,
  type ParkedRecords,
} from '../../deliver/aside/parked-list.ts';
import type { HealthStore } from '../../deliver/health/circuit.ts';
import { type EndpointHealth, readEndpointHealth } from '../../deliver/health/endpoint-health.ts';
import type { ExpectationStore } from '../../feed/expectation-store.ts';
import { takeFromPartitions } from '../../feed/partition-pages.ts';
import type { Directory } from '../../merchants/directory.ts';
import { currentSpan, type Endpoint, type MerchantConfig } from '../../merchants/merchant-config.ts';
import type { MerchantId } from '../../model.ts';
import type { UnresolvedKey } from '../../record/pending-check.ts';
import { isoTime } from '../../time.ts';
import { readStats, type Stats } from '../stats.ts';
import { type Balance, readBalance } from './balance.ts';
import { type Progress, progressOf } from './marks-through.ts';

/** What an operator sees first: does the last day add up, how does it go, what needs attention. */

/** Rows that are shown of each list. */
export const SHOWN = 5;
/** Rows that are counted of each list. */
export const COUNTED = 25;
/** Days on which parked records are looked for. */
export const PARKED_DAYS = 7;
/** Endpoints of one merchant whose health is read. */
const MAX_ENDPOINTS = 50;
const CONCURRENCY = 8;

export interface OverviewPorts {
  readonly counts: Pick<CountStore, 'rows'>;
  readonly expectations: Pick<ExpectationStore, 'list'>;
  readonly directory: Pick<Directory, 'marks' | 'entry'>;
  readonly checks: Pick<CheckStore, 'unresolved'>;
  readonly parked: Pick<ParkedRecords, 'page'>;
  readonly deadLetterQueues: Readonly<Record<DeadLetterQueueName, Pick<DeadLetterQueue, 'count'>>>;
  readonly healthStore: Pick<HealthStore, 'read'>;
}

/** The first rows of a list, and how many there are: up to {@link COUNTED}. */
export interface ShortList<T> {
  readonly count: number;
  /** Whether there are more than `count`. */
  readonly hasMore: boolean;
  readonly items: readonly T[];
}

export interface Overview {
  readonly progress: Progress;
  readonly balance: Balance;
  readonly stats: Stats;
  readonly unresolved: ShortList<UnresolvedKey>;
  /** Of the whole service only. */
  readonly service?: {
    readonly deadLetters: readonly { readonly queue: DeadLetterQueueName; readonly count: number }[];
    readonly parked: ShortList<ParkedRecord>;
  };
  /** Of one merchant only: endpoints that are disabled or do not work. */
  readonly endpoints?: ShortList<TroubledEndpoint>;
}

export interface TroubledEndpoint {
  readonly endpoint: Endpoint;
  readonly isEnabled: boolean;
  readonly health: EndpointHealth;
}

interface OverviewQuestion {
  /** Absent: the whole service. */
  readonly merchant: MerchantConfig | undefined;
  readonly nowMs: number;
}

/** Reads it all side by side. What it costs does not grow with what is stored, nor with the number of merchants. */
export async function readOverview(ports: OverviewPorts, question: OverviewQuestion): Promise<Overview> {
  const { merchant, nowMs } = question;
  const merchantId = merchant?.profile.merchantId;
  const progress = await progressOf(ports.directory, merchantId);
  const [balance, unresolved, service, endpoints] = await Promise.all([
    readBalance(ports, { merchantId, nowMs, progress }),
    readUnresolved(ports, merchantId),
    merchant === undefined ? readService(ports, nowMs) : undefined,
    merchant === undefined ? undefined : readTroubled(ports, merchant),
  ]);
  const { from, to } = balance;
  const range = { from, to: isoTime(Math.min(nowMs, Date.parse(to))), resolution: 'hour' } as const;
  const stats = await readStats(ports, { merchantId: merchantId ?? ALL, ...range });
  return {
    progress,
    balance,
    stats,
    unresolved,
    ...(service !== undefined && { service }),
    ...(endpoints !== undefined && { endpoints }),
  };
}

async function readUnresolved(
  { checks }: OverviewPorts,
  merchantId: MerchantId | undefined,
): Promise<ShortList<UnresolvedKey>> {
  const { keys, next } = await takeFromPartitions<UnresolvedKey>({
    limit: COUNTED,
    orderOf: ({ order }) => order,
    read: (place) => checks.unresolved({ ...place, ...(merchantId !== undefined && { merchantId }) }),
  });
  return shortList(keys, next !== undefined);
}

async function readService(
  { deadLetterQueues, parked }: OverviewPorts,
  nowMs: number,
): Promise<NonNullable<Overview['service']>> {
  const [deadLetters, page] = await Promise.all([
    Promise.all(
      DEAD_LETTER_QUEUES.map(async (queue) => ({ queue, count: await deadLetterQueues[queue].count() })),
    ),
    listParked(parked, { days: daysBack(PARKED_DAYS, nowMs), limit: COUNTED }),
  ]);
  return { deadLetters, parked: shortList(page.records, page.next !== undefined) };
}

async function readTroubled(
  { healthStore }: OverviewPorts,
  { endpoints }: MerchantConfig,
): Promise<ShortList<TroubledEndpoint>> {
  const there = endpoints.filter(({ deletedAt }) => deletedAt === undefined);
  const all = await boundedMap(there.slice(0, MAX_ENDPOINTS), CONCURRENCY, async (endpoint) => ({
    endpoint,
    isEnabled: currentSpan(endpoint).enabled,
    health: await readEndpointHealth(healthStore, endpoint),
  }));
  const troubled = all.filter(({ isEnabled, health }) => !isEnabled || health.state !== 'healthy');
  return shortList(troubled, there.length > MAX_ENDPOINTS);
}

function shortList<T>(found: readonly T[], hasMore: boolean): ShortList<T> {
  return { count: found.length, hasMore, items: found.slice(0, SHOWN) };
}
