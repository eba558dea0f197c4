import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type HttpApp, type HttpResult, serveEvents } from '../../lib/api/http-event.ts';

/** Serves an app behind the HTTP API. */
export function serveHttp(app: HttpApp) {
  const serve = serveEvents(app, 'decoded');
  return middy<APIGatewayProxyEventV2, HttpResult>().handler((event) => serve(event));
}
