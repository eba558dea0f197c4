import { createGate } from '../../lib/adapters/dynamodb/dynamodb-gate.ts';
import { createHttpSender } from '../../lib/adapters/http/http-sender.ts';
import type { Route } from '../../lib/api/api-app.ts';
import { testingRoutes } from '../../lib/api/endpoints/test-routes.ts';
import type { ApiService } from '../wiring/api-service.ts';

/** Requests that test an endpoint. They wait for a receiver. */
export function routesToTest(service: ApiService): readonly Route[] {
  return testingRoutes({
    ...service,
    gate: createGate(service.table, service.random),
    sender: createHttpSender({ policy: service.callbackPolicy, now: service.clock.now }),
  });
}
