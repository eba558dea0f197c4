import { type Counts, DELAY, DELIVERED, FAILED, OVER } from '../../core/counts/attempt-counts.ts';
import { ALL, type CountStore } from '../../core/counts/count-store.ts';
import { SETTINGS_MAX_AGE_MS } from '../../core/deliver/attempt/target.ts';
import type { ConfigCache } from '../../core/merchants/config-cache.ts';
import { MAX_STATS_MS, readStats } from '../../core/query/stats.ts';
import type { Clock } from '../../core/runtime/environment.ts';
import { isoTime, msOf } from '../../core/time.ts';
import { OTHER_MERCHANT } from '../access.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { MAX_STATS_SECONDS, readStatsOperation } from './stats-contract.ts';

interface StatsPorts {
  readonly counts: CountStore;
  /** Knows whether the merchant exists that an operator names. */
  readonly configs: ConfigCache;
  readonly clock: Clock;
}

export function statsRoutes(ports: StatsPorts): readonly Route[] {
  return [
    route(readStatsOperation, async ({ caller, query }) => {
      const { merchantId: own } = caller;
      if (own !== undefined && query.merchantId !== undefined && own !== query.merchantId) {
        return OTHER_MERCHANT;
      }
      const merchantId = own ?? query.merchantId ?? ALL;
      if (
        merchantId !== ALL &&
        (await ports.configs.get(merchantId, ports.clock.now() - SETTINGS_MAX_AGE_MS)) === undefined
      ) {
        return problem('unknown_merchant');
      }
      const { endpointId, from, resolution, to = isoTime(ports.clock.now()) } = query;
      if (from > to) return problem('in_future', { errors: [{ pointer: '/query/from', code: 'in_future' }] });
      if (msOf(to) - msOf(from) > MAX_STATS_MS) {
        const errors = [{ pointer: '/query/to', code: 'range_too_long' }] as const;
        return problem('range_too_long', { errors, extra: { maxSeconds: MAX_STATS_SECONDS } });
      }
      const range = { from, to, resolution };
      const stats = await readStats(ports, {
        merchantId,
        ...range,
        ...(endpointId !== undefined && { endpointId }),
      });
      return answer(200, {
        from: stats.from,
        to: stats.to,
        resolution,
        items: stats.periods.map(({ start, counts }) => ({ start, ...figuresOf(counts) })),
        endpoints: stats.endpoints
          .filter((one) => one.endpointId !== ALL)
          .map(({ endpointId: id, counts }) => ({ endpointId: id, ...figuresOf(counts) })),
      });
    }),
  ];
}

export function figuresOf(counts: Counts) {
  const failed = countsUnder(FAILED, counts);
  const delivered = counts.get(DELIVERED) ?? 0;
  return {
    attempts: failed.reduce((sum, [, count]) => sum + count, delivered),
    delivered,
    failed: Object.fromEntries(failed),
    firstAttemptDelays: countsUnder(DELAY, counts)
      .map(([bound, count]) => ({ ...(bound !== OVER && { upToMs: Number(bound) }), count }))
      .sort((left, right) => (left.upToMs ?? Infinity) - (right.upToMs ?? Infinity)),
  };
}

/** Counts by the rest of their names. */
function countsUnder(start: string, counts: Counts): readonly (readonly [string, number])[] {
  return [...counts]
    .filter(([name]) => name.startsWith(start))
    .map(([name, count]) => [name.slice(start.length), count] as const);
}
