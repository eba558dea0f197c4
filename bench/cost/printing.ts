import { IDLE_MERCHANTS, idleMonth, merchantMonth, type PageInputs } from '../monthly/costs-page.ts';
import { fixedBill, timersBill } from '../monthly/monthly-bill.ts';
import { ACCESS_LOG_BYTES, PRICES } from '../prices.ts';
import { tableOf } from '../print/text-table.ts';
import { STAGES, sumOf, type Used } from './meter.ts';
import { type BillOptions, billedMs, type Line, priceOf } from './price.ts';
import type { Way } from './ways.ts';

const write = (text: string) => void process.stdout.write(`${text}\n`);

export const dollars = (amount: number) => `$${amount.toFixed(2)}`;
export const hundredths = (amount: number) => amount.toFixed(2);
export const thousands = (amount: number) => amount.toLocaleString('en-US');

/** Prints what a notification uses in each stage. */
export function printStages(title: string, { used }: Pick<Way, 'used'>, options: BillOptions): void {
  const row = (name: string, one: Used, ms: number) => [
    name,
    one.writeUnits.toFixed(3),
    one.readUnits.toFixed(3),
    one.sqsRequests.toFixed(3),
    one.invocations.toFixed(3),
    ms.toFixed(1),
  ];
  const stages = STAGES.flatMap((stage) => {
    const one = used.get(stage);
    return one === undefined ? [] : [{ stage, one, ms: billedMs(stage, one, options) }];
  });
  const allMs = stages.reduce((sum, { ms }) => sum + ms, 0);
  const rows = stages.map(({ stage, one, ms }) => row(stage, one, ms));
  const titles = [title, 'write units', 'read units', 'SQS requests', 'invocations', 'Lambda ms'];
  write(tableOf(titles, [...rows, row('total', sumOf(used.values()), allMs)]));
}

/** Prints bills next to each other, in dollars for a million notifications. */
export function printBills(
  bills: readonly { readonly title: string; readonly bill: readonly Line[] }[],
): void {
  const [first] = bills;
  if (first === undefined) return;
  const rows = first.bill.map(({ what }, index) => [
    what,
    ...bills.map(({ bill }) => dollars(bill[index]?.perMillion ?? 0)),
  ]);
  const sums = ['total', ...bills.map(({ bill }) => dollars(priceOf(bill)))];
  const titles = [`per million, ${PRICES.region}, ${PRICES.asOf}`, ...bills.map(({ title }) => title)];
  write(tableOf(titles, [...rows, sums]));
}

/** Days that a notification is kept: the default retention plus ten days. */
const KEPT_DAYS = 100;
const MONTH_DAYS = 30;
const BYTES_OF_GB = 1e9;

/** Prints the costs that are not prices of requests. */
export function printBeside({ keptBytes, sentBytes }: Way): void {
  const gbMonths = ((keptBytes * 1e6) / BYTES_OF_GB) * (KEPT_DAYS / MONTH_DAYS);
  const accessLog = ((ACCESS_LOG_BYTES * 1e6) / BYTES_OF_GB) * PRICES.logsGb;
  const egress = ((sentBytes * 1e6) / BYTES_OF_GB) * PRICES.egressGb;
  write(
    `In addition, for a million: storage for ${KEPT_DAYS} days (${thousands(Math.round(keptBytes))} B each, including indexes) ` +
      `${dollars(gbMonths * PRICES.storageGbMonth)}, point-in-time recovery ${dollars(gbMonths * PRICES.recoveryGbMonth)}, ` +
      `egress of callbacks (${thousands(Math.round(sentBytes))} B each, without TLS) ${dollars(egress)}, ` +
      `access log of a million requests ${dollars(accessLog)}.`,
  );
}

/** Prints the monthly cost of an idle service. */
export function printIdle(page: PageInputs): void {
  const { measured, parts, options } = page;
  const idle = { used: measured.idle, metrics: measured.idleMetrics.length };
  const rows = fixedBill(parts, idle, options).map((line) => [line.what, dollars(line.dollars)]);
  write(tableOf(['a month without traffic', 'the service'], [...rows, ['total', dollars(idleMonth(page))]]));
  const lines = timersBill(measured.idleMerchant, options);
  const more = lines.map((line) => [line.what, dollars(line.dollars * IDLE_MERCHANTS)]);
  const total = dollars(merchantMonth(page) * IDLE_MERCHANTS);
  write(tableOf([`${thousands(IDLE_MERCHANTS)} idle merchants`, 'more'], [...more, ['total', total]]));
}
