import { readFileSync, writeFileSync } from 'node:fs';
import type { Stage, Used } from '../cost/meter.ts';
import type { PerNotification, UsedByStage } from './monthly-bill.ts';

/**
 * What the benchmark measured last. `docs/costs.md` is computed from it, from `bench/prices.ts` and from the template.
 * The rates differ in how full the batches are.
 */
export interface Measured {
  readonly byRate: Readonly<Record<'1' | '100' | '10000', PerNotification>>;
  readonly byOutbox: PerNotification;
  readonly idle: UsedByStage;
  readonly idleMerchant: UsedByStage;
  readonly idleMetrics: readonly string[];
  readonly trafficMetrics: readonly string[];
}

const FILE = new URL('measured.json', import.meta.url);

export function readMeasured(): Measured {
  return JSON.parse(readFileSync(FILE, 'utf8'), (name, value) =>
    ['used', 'idle', 'idleMerchant'].includes(name) ? new Map(Object.entries(value)) : value,
  );
}

export function writeMeasured(measured: Measured): void {
  const text = JSON.stringify(
    measured,
    (_, value) => {
      if (value instanceof Map) return Object.fromEntries(value);
      return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
    },
    2,
  );
  writeFileSync(FILE, `${text}\n`);
}

/** The share by which a counted figure may differ before the page is out of date. Processor time is no count. */
const TOLERANCE = 0.05;
/** Differences below this are noise: a thousandth of a unit. */
const NOISE = 0.002;

/** Counted figures of notifications that the page has and the benchmark finds otherwise. */
export function driftOf(kept: PerNotification, found: PerNotification): readonly string[] {
  const drifts: string[] = [];
  for (const [stage, used] of found.used) {
    for (const name of Object.keys(used) as (keyof Used)[]) {
      if (name === 'processorMs') continue;
      const before = kept.used.get(stage as Stage)?.[name] ?? 0;
      const difference = Math.abs(used[name] - before);
      if (difference > NOISE && difference > TOLERANCE * before) {
        drifts.push(`${stage} ${name}: ${before} → ${used[name]}`);
      }
    }
  }
  return drifts;
}
