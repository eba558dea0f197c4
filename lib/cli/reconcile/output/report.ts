import type { Found, Report } from '../compare-ledger.ts';
import type { Difference, Side } from '../service/ledger-service.ts';

/** Output for people (a table) and for programs (JSON). */

const CLASSES: readonly (readonly [string, string])[] = [
  ['only_here', 'listed by Tidings, and not in the ledger'],
  ['only_there', 'in the ledger, and not listed by Tidings in this window'],
  ['status', 'in both, with another status'],
  ['amount', 'in both, with another amount'],
  ['currency', 'in both, with another currency'],
  ['type', 'in both, with another transaction type'],
  ['listedAt', 'in both and in this window, with another listedAt'],
];
/** Maximum differences per class shown to people. JSON has all. */
const SHOWN = 20;

export interface Reporter {
  difference(found: Found): void;
  end(report: Report): void;
}

/** Writes one line of JSON for each difference, and one at the end with `equal` or `differs`. */
export function jsonReporter(write: (line: string) => void): Reporter {
  return {
    difference: (found) => write(JSON.stringify({ event: 'difference', ...found })),
    end: ({ hasTypes: _, ...report }) =>
      write(
        JSON.stringify({ event: 'end', result: report.differences === 0 ? 'equal' : 'differs', ...report }),
      ),
  };
}

/** How far the answers can be trusted. Those to an admin's key are not signed. */
export type Trust = 'verified' | 'unverified' | 'unsigned';

const TRUST: Readonly<Record<Trust, string>> = {
  verified: 'every answer verified',
  unverified: 'answers not verified: set TIDINGS_SECRET',
  unsigned: 'answers not signed: the key is an admin’s',
};

/** Writes a table by class, then the first differences of each class. */
export function tableReporter(write: (line: string) => void, { trust }: { readonly trust: Trust }): Reporter {
  const table = differenceTable(write);
  return {
    difference: table.add,
    end(report) {
      for (const line of summary(report, trust)) write(line);
      if (report.differences > 0) table.end();
    },
  };
}

/** A difference, and where it is. A bill has no windows. */
export type Placed = Difference & Partial<Pick<Found, 'window' | 'line'>>;

export function differenceTable(write: (line: string) => void) {
  const counts = new Map<string, number>();
  const shown = new Map<string, Placed[]>();
  return {
    add(found: Placed): void {
      const kind = found.class;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const few = shown.get(kind) ?? [];
      if (few.length < SHOWN) shown.set(kind, [...few, found]);
    },
    end(): void {
      write('');
      write(`${'difference'.padEnd(12)}${'count'.padStart(10)}   what it means`);
      for (const [kind, meaning] of CLASSES) {
        write(`${kind.padEnd(12)}${number(counts.get(kind) ?? 0).padStart(10)}   ${meaning}`);
      }
      for (const [kind] of CLASSES) {
        const few = shown.get(kind) ?? [];
        if (few.length > 0) write('');
        for (const found of few) write(lineOf(found));
        const more = (counts.get(kind) ?? 0) - few.length;
        if (more > 0) write(`${kind.padEnd(12)}… and ${number(more)} more; --json writes all of them`);
      }
    },
  };
}

function summary(report: Report, trust: Trust): readonly string[] {
  const { windows, differing, requests, bytes, outside, pending, hasTypes } = report;
  return [
    `merchant  ${report.merchantId}`,
    `compared  ${report.from} to ${report.to} (closed through ${report.closedThrough})`,
    `ledger    ${counted(report.rows, 'row')} in that time`,
    ...(outside > 0 ? [`          ${counted(outside, 'row')} before or after it, NOT compared`] : []),
    ...(pending > 0 ? [`          ${counted(pending, 'row')} with PENDING, in no window`] : []),
    `fields    status, amount, currency, listedAt${hasTypes ? ', transactionType' : '; no types: not every row has one'}`,
    `windows   ${number(windows)}: ${number(windows - differing)} equal, ${number(differing)} differ`,
    `asked     ${counted(requests, 'request')}, ${number(Math.ceil(bytes / 1_000))} kB; ${TRUST[trust]}`,
    report.differences === 0 ? 'result    equal' : `result    ${counted(report.differences, 'difference')}`,
  ];
}

function lineOf({ class: kind, transactionId, here, there, window, line }: Placed): string {
  const sides = [
    ...(here === undefined ? [] : [`Tidings ${sideText(here)}`]),
    ...(there === undefined ? [] : [`ledger ${sideText(there)}`]),
  ];
  const where = [window && `window ${window}`, line && `line ${line}`].filter((text) => text).join(', ');
  return `${kind.padEnd(12)}${transactionId}   ${sides.join(' · ')}${where === '' ? '' : `   (${where})`}`;
}

function sideText({ version, status, amount, currency, transactionType, listedAt }: Side): string {
  const others = [transactionType, listedAt].filter((text) => text !== undefined);
  return [`v${version}`, status, amount, currency, ...others].join(' ');
}

function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
