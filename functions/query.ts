import { createApp } from '../lib/api/api-app.ts';
import { limitOfQueries } from './routes/limiting.ts';
import { QUERY_SETTINGS, routesToQuery } from './routes/querying.ts';
import { openApiService } from './wiring/api-service.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openApiService('query', QUERY_SETTINGS);

/** HTTP requests that read: transactions, feed, windows, reconciliations, statements and undelivered notifications. */
export const handler = serveHttp(
  createApp({ ...service.app, limit: limitOfQueries(service) }, routesToQuery(service)),
);
