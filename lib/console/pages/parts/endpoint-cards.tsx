import type { Child } from 'hono/jsx';
import type { listEndpoints } from '../../../api/endpoints/endpoints-contract.ts';
import type { readStatsOperation } from '../../../api/stats/stats-contract.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { hrefOf } from '../../site/paths.ts';
import { HealthCard } from '../../view/endpoints/health-card.tsx';
import type { Ui } from '../../view/ui.ts';

export type Endpoint = AnswerOf<typeof listEndpoints>['items'][number];
export type Stats = AnswerOf<typeof readStatsOperation>;

interface EndpointCardsProps {
  readonly ui: Ui;
  readonly merchantId: string;
  readonly endpoints: readonly Endpoint[];
  /** Of the last 24 hours. */
  readonly stats: Stats;
  readonly actionsOf?: (endpoint: Endpoint) => Child;
}

/** A merchant's endpoints with their health and counts. */
export function EndpointCards({ ui, merchantId, endpoints, stats, actionsOf }: EndpointCardsProps) {
  return (
    <div class="columns wide">
      {endpoints.map((endpoint) => {
        const counts = stats.endpoints.find(({ endpointId }) => endpointId === endpoint.endpointId);
        return (
          <HealthCard
            ui={ui}
            endpoint={endpoint}
            href={hrefOf('/merchants/{merchantId}/endpoints/{endpointId}', {
              merchantId,
              endpointId: endpoint.endpointId,
            })}
            counts={{ attempts: counts?.attempts ?? 0, delivered: counts?.delivered ?? 0, byHour: [] }}
            actions={actionsOf?.(endpoint)}
          />
        );
      })}
    </div>
  );
}
