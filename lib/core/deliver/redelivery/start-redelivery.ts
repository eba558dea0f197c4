import type { Include, UndeliveredState } from '../../../protocol/contract-words.ts';
import { base62 } from '../../crypto.ts';
import { feedShardsOf } from '../../feed/closed-windows.ts';
import { oldestShown, type Reach, watermarkAt } from '../../feed/watermark.ts';
import type { AuditTrail } from '../../merchants/audit-log/audit-trail.ts';
import type { ConfigCache } from '../../merchants/config-cache.ts';
import { type EndpointId, type MerchantId, NOTIFY_URL_ENDPOINT } from '../../model.ts';
import type { Clock, ClockTrust, Random } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';
import { countListed, type FeedCounter } from './count-listed.ts';
import type { JobStore } from './job-store.ts';
import type { Job } from './redelivery-job.ts';

/**
 * Starts a redelivery job. A job with `all` starts only if its request names the number of outcomes: a request without it
 * is answered with the number, and starts nothing.
 */

/** Slots for concurrent jobs of one merchant. More jobs would only wait for each other. */
const SLOTS = [0, 1, 2] as const;
/**
 * Order in which the states are read. A redelivered notification becomes `retrying` at once, perhaps `blocked` a moment
 * later, and `exhausted` only at the end of its schedule. This order keeps the job from finding it a second time.
 */
const READING_ORDER: readonly UndeliveredState[] = ['retrying', 'blocked', 'exhausted'];
const DEFAULT_STATES: readonly UndeliveredState[] = ['exhausted', 'blocked'];
const JOB_ID_BYTES = 12;

export interface StartPorts extends Reach {
  readonly trail: AuditTrail;
  readonly jobs: JobStore;
  readonly feed: FeedCounter;
  readonly configs: ConfigCache;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly random: Random;
}

/** The job that would be started, and the number of outcomes that it would examine. */
interface Confirmation {
  /** The job's id. Repeating a confirmed request starts no second job. */
  readonly jobId: string;
  /** Outcomes listed from the request's `from` to this `to`. */
  readonly count: number;
  /** Exclusive. Not later than the watermark: the outcomes before it do not change. */
  readonly to: string;
}

export interface RedeliveryRequest {
  readonly merchantId: MerchantId;
  /** Inclusive, by `listedAt`. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  /** Default: `undelivered`. */
  readonly include?: Include;
  /** For `undelivered`. Default: exhausted and blocked. */
  readonly states?: readonly UndeliveredState[];
  readonly endpointId?: EndpointId;
  /** For `all`: as it was answered to the request without it. */
  readonly confirm?: Confirmation;
}

type StartRefusal =
  | { readonly kind: 'refused'; readonly code: 'too_many_jobs' | 'in_future' | 'unknown_endpoint' }
  | { readonly kind: 'refused'; readonly code: 'beyond_retention'; readonly oldest: string }
  | { readonly kind: 'refused'; readonly code: 'range_too_large'; readonly maxOutcomes: number };

export type StartResult =
  | { readonly kind: 'started'; readonly job: Job }
  /** Nothing was started. The request must be repeated with `confirm`. */
  | { readonly kind: 'unconfirmed'; readonly confirm: Confirmation }
  | StartRefusal;

export async function startRedelivery(ports: StartPorts, request: RedeliveryRequest): Promise<StartResult> {
  if (!(await isEndpointKnown(ports, request))) return { kind: 'refused', code: 'unknown_endpoint' };
  const jobId = base62(ports.random.bytes(JOB_ID_BYTES));
  const { include = 'undelivered' } = request;
  if (include === 'undelivered') return start(ports, newJob(ports, { ...request, jobId }));
  const range = feedRange(ports, request);
  if (range.kind === 'refused') return range;
  const asked = { ...request, jobId, to: range.to };
  return include === 'all' ? startConfirmed(ports, asked) : start(ports, newJob(ports, asked));
}

/**
 * Whether the request names no endpoint, or one of the merchant. A deleted endpoint is known for two days: the job says then
 * that nothing can be sent to it.
 */
async function isEndpointKnown(
  { configs, clock }: Pick<StartPorts, 'configs' | 'clock'>,
  { merchantId, endpointId }: RedeliveryRequest,
): Promise<boolean> {
  if (endpointId === undefined || endpointId === NOTIFY_URL_ENDPOINT) return true;
  const config = await configs.get(merchantId, clock.now());
  return config?.endpoints.some((endpoint) => endpoint.endpointId === endpointId) === true;
}

type FeedRange = { readonly kind: 'range'; readonly to: string } | StartRefusal;

/** A job along the feed ends at the watermark: rows may still be added behind it. */
function feedRange(ports: StartPorts, { from, to }: RedeliveryRequest): FeedRange {
  const nowMs = ports.clock.now();
  ports.clockTrust.assertTrusted();
  const oldest = oldestShown(ports, nowMs);
  if (from < oldest) return { kind: 'refused', code: 'beyond_retention', oldest };
  const watermark = watermarkAt(ports, nowMs);
  const end = to < watermark ? to : watermark;
  return from < end ? { kind: 'range', to: end } : { kind: 'refused', code: 'in_future' };
}

type NamedRequest = RedeliveryRequest & { readonly jobId: string };

/** Starts the job if the request names its present number of outcomes. A repeated request gets the job that it started. */
async function startConfirmed(ports: StartPorts, request: NamedRequest): Promise<StartResult> {
  const { merchantId, from, confirm } = request;
  const existing = await startedBefore(ports, request);
  if (existing !== undefined) return { kind: 'started', job: existing };
  const isPinned = confirm !== undefined && confirm.to > from && confirm.to <= request.to;
  const to = isPinned ? confirm.to : request.to;
  const feedShards = await feedShardsOf(ports, merchantId, ports.clock.now());
  const counted = await countListed(ports.feed, { merchantId, feedShards, from, to });
  if (counted.kind === 'too_many') {
    return { kind: 'refused', code: 'range_too_large', maxOutcomes: counted.max };
  }
  const { count } = counted;
  const unconfirmed = { kind: 'unconfirmed', confirm: { jobId: request.jobId, count, to } } as const;
  if (!isPinned || confirm.count !== count) return unconfirmed;
  const { jobId } = confirm;
  const result = await start(ports, { ...newJob(ports, { ...request, jobId, to }), total: count });
  if (result.kind === 'started') return result;
  // The same request may have been sent twice at the same time, and the other one started the job.
  const other = await startedBefore(ports, request);
  if (other !== undefined) return { kind: 'started', job: other };
  // The id of a job of another request would be refused for as long as that job is kept.
  return (await ports.jobs.isTaken(jobId)) ? unconfirmed : result;
}

/** The job that the same confirmed request has started. */
async function startedBefore(
  { jobs }: Pick<StartPorts, 'jobs'>,
  { merchantId, from, endpointId, confirm }: RedeliveryRequest,
): Promise<Job | undefined> {
  const job = confirm && (await jobs.read(merchantId, confirm.jobId));
  const isSame =
    job?.include === 'all' && job.from === from && job.to === confirm?.to && job.endpointId === endpointId;
  return isSame ? job : undefined;
}

function newJob({ clock }: StartPorts, request: NamedRequest): Omit<Job, 'slot'> {
  const { include = 'undelivered', states = DEFAULT_STATES, endpointId } = request;
  return {
    jobId: request.jobId,
    merchantId: request.merchantId,
    from: request.from,
    to: request.to,
    include,
    states: READING_ORDER.filter((state) => states.includes(state)),
    ...(endpointId !== undefined && { endpointId }),
    createdAt: isoTime(clock.now()),
    state: include === 'undelivered' ? 'running' : 'replaying',
    keys: [],
    range: 0,
    found: 0,
    sent: 0,
    rev: 1,
  };
}

async function start(ports: StartPorts, job: Omit<Job, 'slot'>): Promise<StartResult> {
  const { merchantId, jobId } = job;
  const entry = ports.trail.entry({ action: 'redelivery.started', merchantId, jobId });
  for (const slot of SLOTS) {
    const placed = { ...job, slot, by: entry.by };
    if (await ports.jobs.save(placed, 0, entry)) return { kind: 'started', job: placed };
  }
  return { kind: 'refused', code: 'too_many_jobs' };
}
