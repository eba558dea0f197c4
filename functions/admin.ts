import openApi from '../docs/openapi.json' with { type: 'json' };
import { createApp } from '../lib/api/app.ts';
import { managingRoutes } from '../lib/api/managing-routes.ts';
import { openApiService } from './wiring/api.ts';
import { serveHttp } from './wiring/http.ts';

const service = openApiService('admin');

export const handler = serveHttp(createApp(service.app, managingRoutes({ ...service, openApi })));
