import type { ProcessCost } from '../load/report/result.ts';
import { tableOf } from '../print/text-table.ts';
import type { KindProfile } from './profile-sums.ts';

/** Functions that are listed for each kind of thread. */
const TOP_FUNCTIONS = 15;
/** Kinds of threads that use less than this share of the CPU get no lists of their own. */
const MIN_SHARE = 0.03;

/** A kind of thread with its CPU milliseconds for one notification, as the system counted them. */
interface Kind extends KindProfile {
  readonly ms: number;
}

/**
 * Profiles say how the time of a thread divides; the system says how much CPU it used. A sampled second alone would also
 * count the time in which the thread waited for a processor.
 */
export function profileTables(kinds: readonly KindProfile[], cloud: ProcessCost): string {
  const costed = kinds
    .map((kind) => ({ ...kind, ms: cloud.parts.find(({ part }) => part === kind.kind)?.per1000 ?? 0 }))
    .toSorted((left, right) => right.ms - left.ms);
  const total = costed.reduce((sum, { ms }) => sum + ms, 0);
  return [
    bucketTable(costed),
    ...costed
      .filter(({ ms }) => ms >= total * MIN_SHARE)
      .map((kind) => `${roomTable(kind)}\n\n${functionTable(kind)}`),
  ].join('\n\n');
}

function bucketTable(kinds: readonly Kind[]): string {
  const buckets = [...new Set(kinds.flatMap((kind) => [...kind.buckets.keys()]))];
  const of = (kind: Kind, bucket: string) => msOf(kind, kind.buckets.get(bucket) ?? 0);
  const sum = (bucket: string) => kinds.reduce((total, kind) => total + of(kind, bucket), 0);
  const rows = buckets
    .toSorted((left, right) => sum(right) - sum(left))
    .map((bucket) => [bucket, show(sum(bucket)), ...kinds.map((kind) => show(of(kind, bucket)))]);
  const total = kinds.reduce((all, { ms }) => all + ms, 0);
  const idle = kinds.map((kind) => `${Math.round((kind.idle * 100) / (kind.idle + kind.busy || 1))} %`);
  return tableOf(
    ['CPU ms per notification', 'all', ...kinds.map(({ kind }) => kind)],
    [
      ...rows,
      ['all', show(total), ...kinds.map(({ ms }) => show(ms))],
      ['threads', '', ...kinds.map(({ threads }) => String(threads))],
      ['idle', '', ...idle],
    ],
  );
}

function roomTable(kind: Kind): string {
  return ranked(kind, { title: `${kind.kind}: for which folder`, sums: kind.rooms });
}

function functionTable(kind: Kind): string {
  return ranked(kind, { title: `${kind.kind}: in which function`, sums: kind.functions });
}

interface Ranking {
  readonly title: string;
  readonly sums: ReadonlyMap<string, number>;
}

function ranked(kind: Kind, { title, sums }: Ranking): string {
  const rows = [...sums]
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, TOP_FUNCTIONS)
    .map(([name, spent]) => [name, show(msOf(kind, spent)), `${((spent * 100) / kind.busy).toFixed(1)} %`]);
  return tableOf([title, 'CPU ms', 'share'], rows);
}

function msOf({ ms, busy }: Kind, spent: number): number {
  return busy === 0 ? 0 : (ms * spent) / busy;
}

const show = (value: number) => value.toFixed(2);
