import { alertsWrong } from './checks/check-alerts.ts';
import { countsWrong } from './checks/check-counts.ts';
import { endpointsWrong } from './checks/check-endpoints.ts';
import { erasedWrong } from './checks/check-erased.ts';
import type { Evidence } from './checks/check-evidence.ts';
import { inForceWrong } from './checks/check-in-force.ts';
import { jobsWrong } from './checks/check-jobs.ts';
import { notificationsWrong } from './checks/check-notifications.ts';
import { pendingWrong } from './checks/check-pending.ts';
import { delayed, miscounted, neverAsked } from './checks/check-promptness.ts';
import { ratesExceeded, waitingCountedLost } from './checks/check-rates.ts';
import { toldToOthers, toldUnasked } from './checks/check-receivers.ts';
import { recordsGone, twoEnds } from './checks/check-records.ts';
import { shopsWrong } from './checks/check-shops.ts';
import { statesWrong } from './checks/check-states.ts';
import { windowsWrong } from './checks/check-windows.ts';

export interface Findings {
  /** Expected notifications that are neither settled nor exhausted after the drain, and records that are gone. */
  readonly lost: number;
  /** Messages, schedules, jobs and uncounted writes left after the drain, and rows seen by another merchant. */
  readonly leaked: number;
  /** Every broken promise, as a sentence. */
  readonly broken: readonly string[];
}

/** Holds the promises against what is left after the drain. */
export async function check(evidence: Evidence): Promise<Findings> {
  const gone = recordsGone(evidence);
  const { unsettled, wrong } = await notificationsWrong(evidence);
  const { merchants, lanes, stores, counts } = evidence;
  const running = await stores.jobs.running();
  const leaks = [
    ...[...lanes.contents].map(({ body }) => `a message is left: ${body}`),
    ...[...lanes.schedules].map((name) => `a schedule is left: ${name}`),
    ...(counts.isEmpty ? [] : ['writes are left that were not counted']),
    ...running.map(({ jobId, merchantId }) => `the job ${jobId} of ${merchantId} is left running`),
    ...toldToOthers(evidence),
  ];
  const receivers = merchants.flatMap(({ endpoints }) =>
    endpoints.flatMap((one) => [...one.receivers.values()]),
  );
  return {
    lost: gone.length + unsettled.length,
    leaked: leaks.length,
    broken: [
      ...gone,
      ...unsettled,
      ...wrong,
      ...leaks,
      ...receivers.flatMap(({ broken }) => broken),
      ...(await toldUnasked(evidence)),
      ...endpointsWrong(evidence),
      ...inForceWrong(evidence),
      ...(await jobsWrong(evidence)),
      ...windowsWrong(evidence),
      ...(await countsWrong(evidence)),
      ...(await erasedWrong(evidence)),
      ...(await statesWrong(evidence)),
      ...delayed(evidence),
      ...neverAsked(evidence),
      ...miscounted(evidence),
      ...alertsWrong(evidence),
      ...ratesExceeded(evidence),
      ...waitingCountedLost(evidence),
      ...twoEnds(evidence),
      ...pendingWrong(evidence),
      ...shopsWrong(evidence),
    ],
  };
}
