import { parseConfig } from '../../lib/adapters/config.ts';
import { openTable } from '../../lib/adapters/dynamodb/client.ts';
import { createDirectory } from '../../lib/adapters/dynamodb/directory.ts';
import { createFeedStore } from '../../lib/adapters/dynamodb/feed-store.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/merchant-store.ts';
import { createWindowStore } from '../../lib/adapters/dynamodb/window-store.ts';
import { createReporter } from '../../lib/adapters/reporter.ts';
import { systemClock as clock } from '../../lib/adapters/system.ts';

/** What close and audit share: the feed, and what was closed of it. */
export function openBookkeeping(functionName: string) {
  const config = parseConfig(process.env, ['tableName', 'feedLagSeconds', 'retentionDays']);
  const table = openTable({ name: config.tableName, feedLagSeconds: config.feedLagSeconds, clock });
  const reporter = createReporter(functionName);
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
