import { createGate } from '../lib/adapters/dynamodb/dynamodb-gate.ts';
import { createHttpSender } from '../lib/adapters/http/http-sender.ts';
import { createApp } from '../lib/api/api-app.ts';
import { testingRoutes } from '../lib/api/endpoints/test-routes.ts';
import { openApiService } from './wiring/api-service.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openApiService('test-request');
const ports = {
  ...service,
  gate: createGate(service.table),
  sender: createHttpSender({ policy: service.callbackPolicy, now: service.clock.now }),
};

/** Requests to test an endpoint. They wait for a receiver, so they run apart from the other requests. */
export const handler = serveHttp(createApp(service.app, testingRoutes(ports)));
