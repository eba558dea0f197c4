import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isoTime } from '../../../lib/protocol/instants.ts';
import { RESOLUTIONS, resolutionSeconds } from '../../../lib/protocol/resolutions.ts';
import {
  addHashes,
  bucketOf,
  createDigestSum,
  groupOf,
  subtractHashes,
} from '../../../lib/protocol/row-digest.ts';
import { eventTypes } from '../../../lib/receiver/event-types.ts';
import type { Outcome } from '../../../lib/receiver/outcome.ts';
import { compare } from '../../../lib/receiver/reconciling/comparing.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { sliceStart } from '../../../lib/receiver/stores/receiver-store.ts';
import { sampleOutcome } from '../../../lib/receiver/testing/index.ts';

/** Computed by `test/vectors/comparison.py`, which knows nothing of this code. */
const vectors: {
  readonly windowSeconds: number;
  readonly there: readonly Outcome[];
  readonly here: readonly Outcome[];
  readonly windows: readonly { readonly start: string; readonly differingBuckets: readonly number[] }[];
  readonly differing: Readonly<Record<'days' | 'hours' | 'windows', readonly string[]>>;
} = JSON.parse(readFileSync(new URL('../../vectors/comparison.json', import.meta.url), 'utf8'));
const SPAN = { fromMs: Date.parse('2026-11-20T00:00:00Z'), toMs: Date.parse('2026-11-23T00:00:00Z') };

describe('two sides that differ, as another program compares them', () => {
  it.each(RESOLUTIONS)('differ in each %s that it names', async (resolution) => {
    const store = memoryStore();
    for (const row of vectors.here) await store.apply(sampleOutcome(row), () => undefined);
    const there = vectors.there.map((row) => {
      const sum = createDigestSum();
      sum.addRow(row);
      const fromMs = Date.parse(row.listedAt);
      return { fromMs, toMs: fromMs + 1, digest: sum.digest(), times: undefined };
    });
    const everySeconds = resolutionSeconds(resolution, vectors.windowSeconds);
    const ports = { store, merchantId: 'demo', types: eventTypes(undefined) };
    const { differences } = await compare(ports, { ...SPAN, everySeconds, there });
    expect(differences.map(({ fromMs }) => isoTime(fromMs))).toEqual(vectors.differing[`${resolution}s`]);
  });

  it.each(vectors.windows)('differ in the buckets of $start that it names', ({ start, differingBuckets }) => {
    const sums = new Map<number, bigint>();
    const add = (rows: readonly Outcome[], hashOf: (sum: bigint, row: bigint) => bigint) => {
      for (const row of rows) {
        if (sliceStart(Date.parse(row.listedAt), vectors.windowSeconds) !== Date.parse(start)) continue;
        const bucket = bucketOf(row.transactionId);
        sums.set(bucket, hashOf(sums.get(bucket) ?? 0n, groupOf(row).hash));
      }
    };
    add(vectors.there, addHashes);
    add(vectors.here, subtractHashes);
    const differing = [...sums].filter(([, sum]) => sum !== 0n).map(([bucket]) => bucket);
    expect(differing.sort((left, right) => left - right)).toEqual(differingBuckets);
  });
});
