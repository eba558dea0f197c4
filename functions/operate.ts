import { createApp } from '../lib/api/api-app.ts';
import { OPERATE_SETTINGS, routesToOperate } from './routes/operating.ts';
import { openApiService } from './wiring/api-service.ts';
import { serveHttp } from './wiring/serve-http.ts';

const service = openApiService('operate', OPERATE_SETTINGS);

/** HTTP requests about the whole service: whose key it is, its state, and what was set aside. */
export const handler = serveHttp(createApp(service.app, routesToOperate(service)));
