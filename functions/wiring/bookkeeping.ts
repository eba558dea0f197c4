import type { ConfigName } from '../../lib/adapters/config.ts';
import { createFeedStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-feed-store.ts';
import { createWindowStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-window-store.ts';
import { createDirectory } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import { systemClock as clock } from '../../lib/adapters/system.ts';
import type { Reporter } from '../../lib/core/runtime/environment.ts';
import { openService } from './open-service.ts';

/** What close, audit and statement share: the feed and the closed windows. */
export function openBookkeeping<N extends ConfigName = never>(
  functionName: string,
  names: readonly N[] = [],
) {
  const service = openService(functionName, names);
  const { config, table } = service;
  return {
    ...service,
    ...config,
    merchants: createMerchantStore(table),
    directory: createDirectory(table),
    feed: createFeedStore(table, service.reporter),
    windows: createWindowStore(table, config),
  };
}

/**
 * Reports the lag of the partition that is furthest behind, in seconds. Alarms fire when the lag grows and when
 * reports stop.
 */
export function reportMark(
  ports: { readonly reporter: Reporter },
  event: 'closed' | 'audited' | 'stated',
  throughMs: readonly (number | undefined)[],
): void {
  const known = throughMs.filter((ms) => ms !== undefined);
  const minMs = Math.min(clock.now(), ...known);
  ports.reporter.report({ event, behindSeconds: Math.round((clock.now() - minMs) / 1000) });
}
