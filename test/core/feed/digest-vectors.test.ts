import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDigestSum, sumBuckets, sumGroups } from '../../../lib/core/feed/digest.ts';
import { windowStart } from '../../../lib/core/feed/window.ts';
import { msOf } from '../../../lib/core/time.ts';

/** Computed by `test/vectors/digest.py`, which knows nothing of this code. */
const vectors = JSON.parse(readFileSync(new URL('../../vectors/digest.json', import.meta.url), 'utf8'));

interface VectorSlice {
  readonly start: string;
  readonly end: string;
  readonly groups: ReturnType<ReturnType<typeof createDigestSum>['groups']>;
}

function digestOf(rows: readonly Parameters<ReturnType<typeof createDigestSum>['add']>[0][]) {
  const sum = createDigestSum();
  for (const row of rows) sum.add(row);
  return sum;
}

describe('the published vectors', () => {
  it('have the groups of every window, and of the hours and days that they add up to', () => {
    const { windowSeconds, rows, windows, hours, days } = vectors;
    const byWindow = Map.groupBy(rows as { listedAt: string }[], ({ listedAt }) =>
      windowStart(msOf(listedAt), windowSeconds),
    );
    expect([...byWindow.keys()]).toEqual(windows.map(({ start }: VectorSlice) => msOf(start)));
    for (const { start, groups } of windows as VectorSlice[]) {
      expect(digestOf((byWindow.get(msOf(start)) ?? []) as never[]).groups()).toEqual(groups);
    }
    for (const { start, end, groups } of [...hours, ...days] as VectorSlice[]) {
      const parts = (windows as VectorSlice[]).filter((one) => one.start >= start && one.end <= end);
      expect(sumGroups(parts.map((part) => part.groups))).toEqual(groups);
    }
  });

  it('have the groups, buckets and times of the whole', () => {
    const sum = digestOf(vectors.rows);
    expect(sum.groups()).toEqual(vectors.whole.groups);
    expect(sumBuckets(sum.buckets(), () => true)).toEqual(vectors.whole.buckets);
    expect(sum.times()).toEqual(vectors.whole.times);
    expect(sumGroups(vectors.days.map(({ groups }: VectorSlice) => groups))).toEqual(vectors.whole.groups);
  });
});
