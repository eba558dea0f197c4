import { parseConfig } from '../lib/adapters/config.ts';
import { createCheckStore } from '../lib/adapters/dynamodb/check-store.ts';
import { createOutcomeStore } from '../lib/adapters/dynamodb/outcome-store.ts';
import { createApp } from '../lib/api/app.ts';
import { recordingRoutes } from '../lib/api/recording-routes.ts';
import { unresolvedRoutes } from '../lib/api/unresolved-routes.ts';
import { openApiService } from './wiring/api.ts';
import { serveHttp } from './wiring/http.ts';

const service = openApiService('record');
const ports = {
  ...service,
  ...parseConfig(process.env, ['checkHorizonSeconds']),
  outcomes: createOutcomeStore(service.table, service.config),
  checks: createCheckStore(service.table),
};

export const handler = serveHttp(
  createApp(service.app, [...recordingRoutes(ports), ...unresolvedRoutes(ports)]),
);
