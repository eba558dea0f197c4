import { createApp } from '../lib/api/api-app.ts';
import { type HttpEvent, serveEvents } from '../lib/api/http/http-event.ts';
import { handler as serveDocument } from './document.ts';
import { limitOfQueries } from './routes/limiting.ts';
import { MANAGE_SETTINGS, routesToManage } from './routes/managing.ts';
import { OPERATE_SETTINGS, routesToOperate } from './routes/operating.ts';
import { QUERY_SETTINGS, routesToQuery } from './routes/querying.ts';
import { recordingPorts, routesToRecord } from './routes/recording.ts';
import { routesToTest } from './routes/testing.ts';
import { apiPaths } from './wiring/api-paths.ts';
import { openApiService } from './wiring/api-service.ts';
import { openInvoking } from './wiring/invoking.ts';
import { passOnTo } from './wiring/pass-on.ts';

const service = openApiService('front', [
  'checkHorizonSeconds',
  ...QUERY_SETTINGS,
  ...MANAGE_SETTINGS,
  ...OPERATE_SETTINGS,
  'consoleFunction',
  'lambdaHost',
]);
const toConsole = passOnTo({
  functionName: service.config.consoleFunction,
  invoke: openInvoking(service.table),
  clock: service.clock,
  reporter: service.reporter,
});
const routes = [
  ...routesToRecord(recordingPorts(service)),
  ...routesToQuery(service),
  ...routesToManage(service),
  ...routesToOperate(service),
  ...routesToTest(service),
];
const app = createApp({ ...service.app, operations: apiPaths(), limit: limitOfQueries(service) }, routes);
/** A function URL passes paths as they were sent. */
const serve = serveEvents(app, 'encoded');

/** Every HTTP request, behind a function URL. For clouds that have no HTTP API. */
export const handler = (event: HttpEvent) => {
  const { requestContext, rawPath } = event;
  if (/^\/console(?:\/|$)/.test(rawPath)) return toConsole(event);
  const isDocument = requestContext.http.method === 'GET' && /^\/(?:openapi\.json|docs)$/.test(rawPath);
  return isDocument ? serveDocument(event) : serve(event);
};
