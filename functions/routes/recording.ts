import { createCheckStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import type { Route } from '../../lib/api/api-app.ts';
import { recordingRoutes } from '../../lib/api/transactions/record-routes.ts';
import { unresolvedRoutes } from '../../lib/api/unresolved/unresolved-routes.ts';
import type { ApiService } from '../wiring/api-service.ts';

/** What recording needs, by request and by queue. */
export function recordingPorts<S extends ApiService<'checkHorizonSeconds'>>(service: S) {
  const { table, config } = service;
  return {
    ...service,
    ...(config as S['config']),
    outcomes: createOutcomeStore(table, config),
    checks: createCheckStore(table),
  };
}

/** Requests that record outcomes and resolve transactions. */
export const routesToRecord = (
  ports: ReturnType<typeof recordingPorts<ApiService<'checkHorizonSeconds'>>>,
): readonly Route[] => [...recordingRoutes(ports), ...unresolvedRoutes(ports)];
