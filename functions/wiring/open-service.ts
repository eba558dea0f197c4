import { type ConfigName, parseConfig } from '../../lib/adapters/config.ts';
import { openTable } from '../../lib/adapters/dynamodb/table/table-client.ts';
import { createReporter } from '../../lib/adapters/reporter.ts';
import {
  systemClock as clock,
  systemRandom as random,
  systemTimer as timer,
} from '../../lib/adapters/system.ts';

/**
 * What every function has: its configuration, the table, and the reporter of its logs and metrics.
 *
 * @param names further settings that this function reads. All settings are parsed here, once
 * @throws when any setting is missing or invalid
 */
export function openService<N extends ConfigName = never>(functionName: string, names: readonly N[] = []) {
  const config = parseConfig(process.env, ['tableName', 'feedLagSeconds', 'retentionDays', ...names]);
  const { tableName: name, feedLagSeconds } = config;
  const reporter = createReporter(functionName);
  const table = openTable({ name, feedLagSeconds, clock, reporter });
  return {
    config,
    table,
    reporter,
    clock,
    clockTrust: table.clockCheck,
    timer,
    random,
  };
}
