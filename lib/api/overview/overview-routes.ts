import { SETTINGS_MAX_AGE_MS } from '../../core/deliver/attempt/target.ts';
import type { ConfigCache } from '../../core/merchants/config-cache.ts';
import { disabledState } from '../../core/merchants/merchant-config.ts';
import type { BalanceHour } from '../../core/query/overview/balance.ts';
import type { Progress } from '../../core/query/overview/marks-through.ts';
import {
  type Overview,
  type OverviewPorts,
  readOverview,
  type ShortList,
  type TroubledEndpoint,
} from '../../core/query/overview/overview.ts';
import type { Clock } from '../../core/runtime/environment.ts';
import { msOf, SECOND_MS } from '../../core/time.ts';
import { OTHER_MERCHANT } from '../access.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import { recordView } from '../parked/parked-routes.ts';
import { figuresOf } from '../stats/stats-routes.ts';
import { readOverviewOperation } from './overview-contract.ts';

export interface OverviewRoutePorts extends OverviewPorts {
  readonly configs: ConfigCache;
  readonly clock: Clock;
  readonly windowSeconds: number;
  readonly feedLagSeconds: number;
  readonly auditAfterSeconds: number;
}

export function overviewRoutes(ports: OverviewRoutePorts): readonly Route[] {
  return [
    route(readOverviewOperation, async ({ caller, query }) => {
      const { merchantId: own } = caller;
      if (own !== undefined && query.merchantId !== undefined && own !== query.merchantId) {
        return OTHER_MERCHANT;
      }
      const merchantId = own ?? query.merchantId;
      const merchant =
        merchantId && (await ports.configs.get(merchantId, ports.clock.now() - SETTINGS_MAX_AGE_MS));
      if (merchantId !== undefined && merchant === undefined) return problem('unknown_merchant');
      const nowMs = ports.clock.now();
      const overview = await readOverview(ports, { merchant: merchant || undefined, nowMs });
      return answer(200, {
        ...progressView(ports, overview.progress, nowMs),
        balance: balanceView(overview),
        stats: overview.stats.periods.map(({ start, counts }) => ({ start, ...figuresOf(counts) })),
        attention: attentionView(overview),
      });
    }),
  ];
}

/** How far each mark is behind where it would be if it never had to wait: a window, and the time after its end. */
function progressView(
  { feedLagSeconds, auditAfterSeconds, ...configured }: OverviewRoutePorts,
  { closedThrough, auditedThrough, windowSeconds = configured.windowSeconds }: Progress,
  nowMs: number,
): object {
  const behind = (through: string, afterSeconds: number) =>
    Math.max(0, Math.floor((nowMs - msOf(through)) / SECOND_MS) - windowSeconds - afterSeconds);
  return {
    ...(closedThrough !== undefined && {
      closedThrough,
      closedBehindSeconds: behind(closedThrough, feedLagSeconds),
    }),
    ...(auditedThrough !== undefined && {
      auditedThrough,
      auditedBehindSeconds: behind(auditedThrough, feedLagSeconds + auditAfterSeconds),
    }),
  };
}

function balanceView({ balance: { from, to, hours, ...totals } }: Overview): object {
  const view = ({ states, ...rest }: Omit<BalanceHour, 'start'>) => {
    const { pending, retrying, ...ended } = states;
    return { ...rest, ...ended, open: pending + retrying };
  };
  return { from, to, ...view(totals), hours: hours.map((hour) => ({ start: hour.start, ...view(hour) })) };
}

function attentionView({ balance, unresolved, service, endpoints }: Overview): object {
  const { states, lost } = balance;
  return {
    unresolved: listView(unresolved, ({ merchantId, transactionId }) => ({ merchantId, transactionId })),
    exhausted: states.exhausted,
    blocked: states.blocked,
    lost,
    ...(service !== undefined && {
      deadLetters: service.deadLetters,
      parked: listView(service.parked, recordView),
    }),
    ...(endpoints !== undefined && { endpoints: listView(endpoints, endpointView) }),
  };
}

function listView<T>({ items, ...rest }: ShortList<T>, view: (item: T) => object): object {
  return { ...rest, items: items.map(view) };
}

function endpointView({ endpoint, isEnabled, health }: TroubledEndpoint): object {
  const { endpointId, url } = endpoint;
  const disabled = disabledState(endpoint);
  return {
    endpointId,
    url,
    enabled: isEnabled,
    ...(disabled?.reason !== undefined && { disabledReason: disabled.reason }),
    ...(disabled !== undefined && { disabledAt: disabled.at }),
    health,
  };
}
