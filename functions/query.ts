import { createOutcomeStore } from '../lib/adapters/dynamodb/outcome-store.ts';
import { createApp } from '../lib/api/app.ts';
import { askingRoutes } from '../lib/api/asking-routes.ts';
import { openApiService } from './wiring/api.ts';
import { serveHttp } from './wiring/http.ts';

const service = openApiService('query');
const outcomes = createOutcomeStore(service.table, service.config);
const { retentionDays, feedLagSeconds } = service.config;

export const handler = serveHttp(
  createApp(service.app, askingRoutes({ ...service, outcomes, retentionDays, feedLagSeconds })),
);
