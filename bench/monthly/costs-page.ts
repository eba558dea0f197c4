import { DEFAULTS } from '../../lib/settings.ts';
import { type BillOptions, billOf, priceOf } from '../cost/price.ts';
import { PRICES } from '../prices.ts';
import type { FixedParts } from './fixed-parts.ts';
import type { Measured } from './measured.ts';
import {
  fixedBill,
  type MonthlyLine,
  type PerNotification,
  sumOfBill,
  timersBill,
  trafficBill,
} from './monthly-bill.ts';

export const IDLE_MERCHANTS = 10_000;

export interface PageInputs {
  readonly measured: Measured;
  readonly parts: FixedParts;
  readonly options: BillOptions;
}

const dollars = (amount: number) =>
  `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (titles: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(titles), row(titles.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(row)].join('\n');

/** `docs/costs.md`. */
export function costsPage(inputs: PageInputs): string {
  return [
    '# What it costs',
    '',
    `List prices of ${PRICES.region}, ${PRICES.asOf}, in US dollars a month of 30 days, without free tiers, savings plans or volume`,
    'discounts. Quantities are measured on the real adapters by `npm run bench:cost` and kept in `bench/monthly/measured.json`; prices are in',
    '`bench/prices.ts`; alarms, secrets and queues are counted in the template. Lambda time is computed from processor time. This page is',
    'made of these by `npm run bench:cost -- --write`, and a test compares them.',
    '',
    '## Without traffic',
    '',
    idleTable(inputs),
    '',
    apart(inputs),
    '',
    `Each merchant that is there and idle costs ${dollars(merchantMonth(inputs) * 1_000)} a thousand: its windows are closed and audited every five minutes, and its`,
    'statement is made every day.',
    '',
    secretsInUse(),
    '',
    '## By rate',
    '',
    `First-try notifications to one endpoint each, recorded by HTTP, all day long. The table has reached its full retention (${DEFAULTS.retentionDays} days).`,
    '',
    rateTable(inputs),
    '',
    'At one a second, each notification has its own invocations and queue requests. At 100 and 10,000, batches fill. What must be raised for',
    'these rates is another question than what they cost.',
    '',
    '## Per million',
    '',
    millionTable(inputs),
    '',
  ].join('\n');
}

function idleLines({ measured, parts, options }: PageInputs): readonly MonthlyLine[] {
  return fixedBill(parts, { used: measured.idle, metrics: measured.idleMetrics.length }, options);
}

/** Dollars a month of the service without traffic and merchants. */
export function idleMonth(inputs: PageInputs): number {
  return sumOfBill(idleLines(inputs));
}

/** Dollars a month of one idle merchant. */
export function merchantMonth({ measured, options }: PageInputs): number {
  return sumOfBill(timersBill(measured.idleMerchant, options));
}

function idleTable(inputs: PageInputs): string {
  const lines = idleLines(inputs);
  const merchants = timersBill(inputs.measured.idleMerchant, inputs.options);
  const of = (what: string) => (merchants.find((line) => line.what === what)?.dollars ?? 0) * IDLE_MERCHANTS;
  const names = [...new Set([...lines, ...merchants].map(({ what }) => what))];
  const rows = names.map((what) => [
    what,
    dollars(lines.find((line) => line.what === what)?.dollars ?? 0),
    dollars(of(what)),
  ]);
  const total = ['**total**', `**${dollars(idleMonth(inputs))}**`];
  const more = `**${dollars(merchantMonth(inputs) * IDLE_MERCHANTS)}**`;
  const thousands = IDLE_MERCHANTS.toLocaleString('en-US');
  return table(['part', 'the service', `${thousands} idle merchants, more`], [...rows, [...total, more]]);
}

function apart({ parts }: PageInputs): string {
  return (
    `Priced apart: the customer key that seals secrets (${parts.customerKeys} × ${dollars(PRICES.keyMonth)}, and as much for each of its first two yearly rotations), and the\n` +
    `dashboard (${dollars(PRICES.dashboardMonth)}, unless it is one of the account's three free ones; \`dashboard: false\` leaves it out).`
  );
}

/** Minutes after which a process of the API reads the root secret again (`lib/adapters/secrets/generated-secret.ts`). */
const SECRET_MINUTES = 5;

function secretsInUse(): string {
  const reads = (30 * 1_440) / SECRET_MINUTES;
  return (
    `Nothing calls KMS or Secrets Manager without traffic. A process that serves requests all month reads the root secret ${reads.toLocaleString('en-US')} times\n` +
    `(${dollars(reads * PRICES.secretRead)}). Each process opens each merchant's and endpoint's secret, and each custom header, once: ${dollars(PRICES.keyRequest * 10_000)} for ten thousand. Neither is in the tables.`
  );
}

function rateTable(inputs: PageInputs): string {
  const { measured, options } = inputs;
  const { trafficMetrics, idleMetrics } = measured;
  const more = (trafficMetrics.length - idleMetrics.length) * PRICES.customMetricMonth;
  const rates = [
    { perSecond: 1, one: measured.byRate['1'] },
    { perSecond: 100, one: measured.byRate['100'] },
    { perSecond: 10_000, one: measured.byRate['10000'] },
  ];
  const bills = rates.map(({ perSecond, one }) => [
    ...trafficBill(perSecond, one, options),
    { what: 'custom metrics of traffic', dollars: more },
    { what: 'fixed, as above', dollars: idleMonth(inputs) },
  ]);
  const [first = []] = bills;
  const rows = first
    .map(({ what }, line) => [
      what,
      dollars(what === 'fixed, as above' ? idleMonth(inputs) : 0),
      ...bills.map((bill) => dollars(bill[line]?.dollars ?? 0)),
    ])
    .filter((cells) => cells.slice(1).some((cell) => cell !== '$0.00'));
  const sums = [idleMonth(inputs), ...bills.map(sumOfBill)].map((sum) => `**${dollars(sum)}**`);
  return table(
    ['part', '0 a second', ...rates.map(({ perSecond }) => `${perSecond.toLocaleString('en-US')} a second`)],
    [...rows, ['**total**', ...sums]],
  );
}

function millionTable({ measured, options }: PageInputs): string {
  const ways: readonly (readonly [string, PerNotification])[] = [
    ['by HTTP, full batches', measured.byRate['10000']],
    ['by outbox, full batches', measured.byOutbox],
    ['by HTTP, one at a time', measured.byRate['1']],
  ];
  const bills = ways.map(([, { used }]) => billOf(used, options));
  const [first = []] = bills;
  const rows = first
    .map(({ what }, line) => [what, ...bills.map((bill) => dollars(bill[line]?.perMillion ?? 0))])
    .filter((cells) => cells.slice(1).some((cell) => cell !== '$0.00'));
  const sums = bills.map((bill) => `**${dollars(priceOf(bill))}**`);
  return table(
    ['a million notifications', ...ways.map(([title]) => title)],
    [...rows, ['**total**', ...sums]],
  );
}
