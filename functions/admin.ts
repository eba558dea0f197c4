import { createApp } from '../lib/api/api-app.ts';
import { limitOfQueries } from './routes/limiting.ts';
import { MANAGE_SETTINGS, routesToManage } from './routes/managing.ts';
import { apiPaths } from './wiring/api-paths.ts';
import { openApiService } from './wiring/api-service.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openApiService('admin', MANAGE_SETTINGS);

/** HTTP requests that manage merchants, endpoints, keys and redeliveries. Also answers requests that match no route. */
export const handler = serveHttp(
  createApp(
    { ...service.app, operations: apiPaths(), limit: limitOfQueries(service) },
    routesToManage(service),
  ),
);
