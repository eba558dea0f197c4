import { currentSpan } from '../../../lib/core/merchants/merchant-config.ts';
import { type EndpointId, type MerchantId, NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import type { StartedJob } from '../stories/by-hand.ts';
import { type Evidence, notificationName, receiversOf } from './check-evidence.ts';

/** A redelivery job ends, counts what it did, and covers everything that was in its range when it began. */
export async function jobsWrong(evidence: Evidence): Promise<string[]> {
  const wrong: string[] = [];
  for (const started of evidence.byHand.jobs) {
    const texts = [...(await endWrong(evidence, started)), ...(await leftOut(evidence, started))];
    wrong.push(...texts.map((text) => `the job ${started.job.jobId} of ${started.job.merchantId} ${text}`));
  }
  return wrong;
}

async function endWrong({ stores }: Evidence, { job, due, isAlone }: StartedJob): Promise<string[]> {
  const end = await stores.jobs.read(job.merchantId, job.jobId);
  if (end === undefined) return ['is not there'];
  const { state, found, sent } = end;
  if (state !== 'done') return [`is ${state}`];
  const told = [...stores.contents.notifications.values()].filter(
    ({ merchantId }) => merchantId === job.merchantId,
  );
  const isSane = sent <= found && found <= told.length * job.states.length;
  // A step that died after it sent does not count what it sent. Only the counts of undisturbed jobs are exact.
  const isWhole = !isAlone || sent >= due.length;
  return isSane && isWhole ? [] : [`found ${found} and sent ${sent}, and ${due.length} were due`];
}

async function leftOut(evidence: Evidence, { job, due, isAlone }: StartedJob): Promise<string[]> {
  const wrong: string[] = [];
  for (const before of due) {
    const now = await evidence.stores.notifications.read(before);
    const isSettled = now?.state === 'delivered' || now?.state === 'acknowledged';
    const isSentAgain = now !== undefined && now.startedAt >= job.createdAt;
    if (!isSettled && !isSentAgain)
      wrong.push(`left out ${notificationName(before)}, which was ${before.state}`);
    const mustArrive = isAlone && (await isUp(evidence, before));
    if (mustArrive && !isSettled)
      wrong.push(`sent ${notificationName(before)} to a receiver that was up, and it is ${now?.state}`);
  }
  return wrong;
}

async function isUp(
  evidence: Evidence,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
): Promise<boolean> {
  const receivers = receiversOf(evidence, key);
  if (key.endpointId === NOTIFY_URL_ENDPOINT)
    return [...receivers.values()].every(({ isUpForGood }) => isUpForGood);
  const config = await evidence.stores.merchants.read(key.merchantId);
  const endpoint = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
  if (endpoint === undefined || !currentSpan(endpoint).enabled) return false;
  return receivers.get(endpoint.url)?.isUpForGood === true;
}
