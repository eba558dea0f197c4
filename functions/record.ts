import { createOutcomeStore } from '../lib/adapters/dynamodb/outcome-store.ts';
import { createApp } from '../lib/api/app.ts';
import { recordingRoutes } from '../lib/api/recording-routes.ts';
import { openApiService } from './wiring/api.ts';
import { serveHttp } from './wiring/http.ts';

const service = openApiService('record');
const outcomes = createOutcomeStore(service.table, service.config);

export const handler = serveHttp(createApp(service.app, recordingRoutes({ ...service, outcomes })));
