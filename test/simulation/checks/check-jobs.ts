import { isActive, type Job } from '../../../lib/core/deliver/redelivery/redelivery-job.ts';
import { currentSpan } from '../../../lib/core/merchants/merchant-config.ts';
import { type EndpointId, type MerchantId, NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import type { StartedJob } from '../stories/by-hand.ts';
import { type Evidence, notificationName, receiversOf } from './check-evidence.ts';
import { replayLeftOut } from './check-replays.ts';

/** A redelivery job ends, counts what it did, and covers everything that was in its range when it began. */
export async function jobsWrong(evidence: Evidence): Promise<string[]> {
  const wrong: string[] = [];
  for (const started of evidence.byHand.jobs) {
    const texts = await wrongWith(evidence, started);
    wrong.push(...texts.map((text) => `the job ${started.job.jobId} of ${started.job.merchantId} ${text}`));
  }
  return wrong;
}

async function wrongWith(evidence: Evidence, started: StartedJob): Promise<string[]> {
  const end = await evidence.stores.jobs.read(started.job.merchantId, started.job.jobId);
  if (end === undefined) return ['is not there'];
  const wrong = endWrong(evidence, started, end);
  if (end.state !== 'done') return wrong;
  return [
    ...wrong,
    ...(await leftOut(evidence, started, end)),
    ...(await replayLeftOut(evidence, started, end)),
  ];
}

function endWrong(
  { stores, story }: Evidence,
  { due, isAlone, isCancelled }: StartedJob,
  end: Job,
): string[] {
  const { state, found, sent, notSent = [] } = end;
  const isExpected = state === 'done' || (state === 'cancelled' && isCancelled);
  // A row of a newer version may be broken for a while.
  const isStopped = state === 'failed' && end.failure === 'unreadable_row' && story.hasNewerKit;
  if (!isExpected && !isStopped) return [`is ${state}`];
  if (isActive(end)) return [];
  const told = [...stores.contents.notifications.values()].filter(
    ({ merchantId }) => merchantId === end.merchantId,
  );
  const left = notSent.reduce((sum, { count }) => sum + count, 0);
  const counts = `found ${found}, sent ${sent} and left ${left}`;
  if (found !== sent + left) return [`${counts}, which does not add up`];
  if (sent > told.length * end.states.length) return [`${counts}, of ${told.length} notifications`];
  // A step that died after it sent does not count what it sent. Only the counts of undisturbed jobs are exact.
  const isWhole = !isAlone || found >= due.length;
  return isWhole ? [] : [`${counts}, and ${due.length} were due`];
}

async function leftOut(evidence: Evidence, { job, due, isAlone }: StartedJob, end: Job): Promise<string[]> {
  const wrong: string[] = [];
  for (const before of due) {
    const now = await evidence.stores.notifications.read(before);
    const isSettled = now?.state === 'delivered' || now?.state === 'acknowledged';
    const isSentAgain = now !== undefined && now.startedAt >= job.createdAt;
    // What was closed while the job ran was left alone.
    if (!isSettled && !isSentAgain && !mayBeClosed(evidence, before, end))
      wrong.push(`left out ${notificationName(before)}, which was ${before.state}`);
    const mustArrive = isAlone && (await isUp(evidence, before));
    if (mustArrive && !isSettled)
      wrong.push(`sent ${notificationName(before)} to a receiver that was up, and it is ${now?.state}`);
  }
  return wrong;
}

interface EndpointKey {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

function mayBeClosed({ settings, nowMs }: Evidence, key: EndpointKey, { createdAt, endedAt }: Job): boolean {
  if (key.endpointId === NOTIFY_URL_ENDPOINT) return false;
  const endMs = endedAt === undefined ? nowMs : Date.parse(endedAt);
  const during = settings.inForce(key, endMs, endMs - Date.parse(createdAt));
  return during.some(({ enabled }) => !enabled);
}

async function isUp(evidence: Evidence, key: EndpointKey): Promise<boolean> {
  const receivers = receiversOf(evidence, key);
  if (key.endpointId === NOTIFY_URL_ENDPOINT)
    return [...receivers.values()].every(({ isUpForGood }) => isUpForGood);
  const config = await evidence.stores.merchants.read(key.merchantId);
  const endpoint = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
  if (endpoint === undefined || !currentSpan(endpoint).enabled) return false;
  return receivers.get(endpoint.url)?.isUpForGood === true;
}
