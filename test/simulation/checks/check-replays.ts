import type { Job } from '../../../lib/core/deliver/redelivery/redelivery-job.ts';
import {
  type EndpointId,
  isTerminal,
  NOTIFY_URL_ENDPOINT,
  type TerminalOutcome,
} from '../../../lib/core/model.ts';
import { msOf, SECOND_MS } from '../../../lib/core/time.ts';
import type { StartedJob } from '../stories/by-hand.ts';
import type { Setting } from '../watches/settings-watch.ts';
import { type Evidence, notificationName } from './check-evidence.ts';
import { asksFor } from './check-expectation.ts';

/** Jobs that walk along the feed: what they must send, and to whom they may send it. */

/** Clocks differ, and settings may be read a moment before they are used. */
const AMBIGUOUS_MS = 30 * SECOND_MS;

/** Outcomes in the range of a job that is done, without a notification for an endpoint that asked for them all the time. */
export async function replayLeftOut(evidence: Evidence, { job }: StartedJob, end: Job): Promise<string[]> {
  if (!isReplay(end)) return [];
  const wrong: string[] = [];
  const { merchantId } = job;
  const merchant = evidence.merchants.find((one) => one.merchantId === merchantId);
  for (const outcome of evidence.stores.contents.outcomes.values()) {
    if (!isTerminal(outcome) || !covers(end, outcome)) continue;
    for (const { endpointId } of merchant?.endpoints ?? []) {
      if (!isFor(end, endpointId) || endpointId === NOTIFY_URL_ENDPOINT) continue;
      const during = settingsDuring(evidence, end, endpointId);
      // An endpoint that was made while the job ran may have come too late.
      const isThere = (during[0]?.fromMs ?? evidence.nowMs) < msOf(end.createdAt) - AMBIGUOUS_MS;
      if (!isThere || !during.every((setting) => asksFor(setting, outcome))) continue;
      const key = { ...outcome, endpointId };
      const notification = await evidence.stores.notifications.read(key);
      const isSent = end.include !== 'all' || (notification?.startedAt ?? '') >= end.createdAt;
      if (notification === undefined || !isSent) wrong.push(`left out ${notificationName(key)}`);
    }
  }
  return wrong;
}

/** The jobs along the feed that anybody started, also those whose answer was lost. */
export async function replaysOf({ merchants, stores }: Evidence): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for (const { merchantId } of merchants) {
    for (const position of await stores.jobs.list({ merchantId, limit: Number.MAX_SAFE_INTEGER })) {
      const job = await stores.jobs.read(merchantId, position.slice(position.indexOf('#') + 1));
      if (job !== undefined && isReplay(job)) jobs.push(job);
    }
  }
  return jobs;
}

/** Whether one of the jobs may have sent the outcome to the endpoint, although it did not ask for it at its listing. */
export function mayBeReplayed(
  evidence: Evidence,
  jobs: readonly Job[],
  { outcome, endpointId }: { readonly outcome: TerminalOutcome; readonly endpointId: EndpointId },
): boolean {
  return jobs.some(
    (job) =>
      job.merchantId === outcome.merchantId &&
      covers(job, outcome) &&
      isFor(job, endpointId) &&
      settingsDuring(evidence, job, endpointId).some((setting) => asksFor(setting, outcome)),
  );
}

function isReplay({ include = 'undelivered' }: Job): boolean {
  return include !== 'undelivered';
}

function covers(job: Job, { merchantId, listedAt }: TerminalOutcome): boolean {
  return job.merchantId === merchantId && job.from <= listedAt && listedAt < job.to;
}

function isFor({ endpointId }: Job, one: EndpointId): boolean {
  return endpointId === undefined || endpointId === one;
}

/** The settings that the endpoint had while the job ran, and a moment before and after. */
function settingsDuring({ settings, nowMs }: Evidence, job: Job, endpointId: EndpointId): readonly Setting[] {
  const { merchantId, createdAt, endedAt } = job;
  const endMs = (endedAt === undefined ? nowMs : msOf(endedAt)) + AMBIGUOUS_MS;
  return settings.inForce({ merchantId, endpointId }, endMs, endMs - msOf(createdAt) + AMBIGUOUS_MS);
}
