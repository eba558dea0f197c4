import type { Context } from 'aws-lambda';
import { parseConfig } from '../../lib/adapters/config.ts';
import { createDirectory } from '../../lib/adapters/dynamodb/stores/dynamodb-directory.ts';
import { createFeedStore } from '../../lib/adapters/dynamodb/stores/dynamodb-feed-store.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/dynamodb-merchant-store.ts';
import { createWindowStore } from '../../lib/adapters/dynamodb/stores/dynamodb-window-store.ts';
import { openTable } from '../../lib/adapters/dynamodb/table/table-client.ts';
import { createReporter } from '../../lib/adapters/reporter.ts';
import { systemClock as clock } from '../../lib/adapters/system.ts';
import type { Reporter } from '../../lib/core/environment.ts';

/** What close, audit and statement share: the feed, and what was closed of it. */
export function openBookkeeping(functionName: string) {
  const config = parseConfig(process.env, ['tableName', 'feedLagSeconds', 'retentionDays']);
  const reporter = createReporter(functionName);
  const { tableName: name, feedLagSeconds } = config;
  const table = openTable({ name, feedLagSeconds, clock, reporter });
  return {
    config,
    table,
    clock,
    clockTrust: table.clockCheck,
    reporter,
    merchants: createMerchantStore(table),
    directory: createDirectory(table),
    feed: createFeedStore(table, reporter),
    windows: createWindowStore(table, config),
  };
}

/** What a rule hands to each of the invocations that share the partitions. */
export interface PartitionShare {
  readonly partitions: readonly number[];
}

/** How long before its time-out a function takes up nothing new: for what it has begun, and to write its marks. */
const WIND_DOWN_MS = 60_000;

export function deadlineOf(context: Context): number {
  return clock.now() + Math.max(0, context.getRemainingTimeInMillis() - WIND_DOWN_MS);
}

/** Tells how far everything is, so that operators learn when it stays behind, and when nobody works on it. */
export function reportMark(
  ports: { readonly reporter: Reporter },
  event: 'closed' | 'audited' | 'stated',
  throughMs: readonly (number | undefined)[],
): void {
  const known = throughMs.filter((ms) => ms !== undefined);
  const leastMs = Math.min(clock.now(), ...known);
  ports.reporter.report({ event, behindSeconds: Math.round((clock.now() - leastMs) / 1000) });
}
