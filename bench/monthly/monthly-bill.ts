import { DAY_SECONDS } from '../../lib/core/time.ts';
import { DEFAULTS } from '../../lib/settings.ts';
import type { Stage, Used } from '../cost/meter.ts';
import { type BillOptions, billOf } from '../cost/price.ts';
import { IDLE_POLLERS, LONG_POLL_SECONDS, PRICES } from '../prices.ts';
import type { FixedParts } from './fixed-parts.ts';

/** One line of a monthly bill, in dollars. */
export interface MonthlyLine {
  readonly what: string;
  readonly dollars: number;
}

const MONTH_SECONDS = 30 * DAY_SECONDS;
/** Days that a notification is kept: the default retention plus ten days. */
const KEPT_DAYS = DEFAULTS.retentionDays + 10;
const BYTES_OF_GB = 1e9;
/** `billOf` prices a million. */
const MILLION = 1e6;

export type UsedByStage = ReadonlyMap<Stage, Used>;

/** What the template and the timers cost in a month without traffic. */
export function fixedBill(
  parts: FixedParts,
  idle: { readonly used: UsedByStage; readonly metrics: number },
  options: BillOptions,
): readonly MonthlyLine[] {
  const polls = (parts.polledQueues * IDLE_POLLERS * MONTH_SECONDS) / LONG_POLL_SECONDS;
  return [
    { what: `alarms (${parts.alarmMetrics} metrics)`, dollars: parts.alarmMetrics * PRICES.alarmMetricMonth },
    { what: `custom metrics (${idle.metrics})`, dollars: idle.metrics * PRICES.customMetricMonth },
    { what: `secrets (${parts.secrets})`, dollars: parts.secrets * PRICES.secretMonth },
    { what: `polls of ${parts.polledQueues} empty queues`, dollars: polls * PRICES.sqsRequest },
    ...timersBill(idle.used, options),
  ];
}

/** What the timers use: reads, writes, Lambda, logs, files. EventBridge's scheduled rules and reading the stream are free. */
export function timersBill(used: UsedByStage, options: BillOptions): readonly MonthlyLine[] {
  // Nobody calls the API here, and the lanes are empty.
  return billOf(used, options)
    .filter(({ quantity }) => quantity > 0)
    .map(({ what, perMillion }) => ({ what: `timers: ${what}`, dollars: perMillion / MILLION }));
}

export function sumOfBill(lines: readonly MonthlyLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}

/** What one notification uses, and what it leaves in the table. */
export interface PerNotification {
  readonly used: UsedByStage;
  readonly keptBytes: number;
  readonly sentBytes: number;
}

/** What notifications of this rate cost in a month, besides the fixed part. Storage is that of a full retention. */
export function trafficBill(
  perSecond: number,
  one: PerNotification,
  options: BillOptions,
): readonly MonthlyLine[] {
  const count = perSecond * MONTH_SECONDS;
  const gbMonths = (count * one.keptBytes * (KEPT_DAYS / 30)) / BYTES_OF_GB;
  return [
    ...billOf(one.used, options).map(({ what, perMillion }) => ({
      what,
      dollars: (perMillion * count) / MILLION,
    })),
    { what: `table, ${KEPT_DAYS} days`, dollars: gbMonths * PRICES.storageGbMonth },
    { what: 'point-in-time recovery', dollars: gbMonths * PRICES.recoveryGbMonth },
    { what: 'callbacks to the internet', dollars: ((count * one.sentBytes) / BYTES_OF_GB) * PRICES.egressGb },
  ];
}
