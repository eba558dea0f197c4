import { createApp } from '../lib/api/api-app.ts';
import { routesToTest } from './routes/testing.ts';
import { openApiService } from './wiring/api-service.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openApiService('test-request');

/** Requests to test an endpoint. They wait for a receiver, so they run apart from the other requests. */
export const handler = serveHttp(createApp(service.app, routesToTest(service)));
