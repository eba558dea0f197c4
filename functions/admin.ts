import middy from '@middy/core';
import { handle } from 'hono/aws-lambda';
import openApi from '../docs/openapi.json' with { type: 'json' };
import { createApp } from '../lib/api/app.ts';
import { managingRoutes } from '../lib/api/managing-routes.ts';
import { openApiService } from './wiring/api.ts';

const service = openApiService('admin');

export const handler = middy(handle(createApp(service.app, managingRoutes({ ...service, openApi }))));
