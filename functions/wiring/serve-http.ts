import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';

/**
 * Serves an app behind the HTTP API. The API hands over `rawPath` percent-decoded, and the adapter puts it into
 * a URL as it is: an id with `#`, `?` or a line break in it would be cut short and name something else. Encoded
 * again here, it is decoded exactly once, by the app, and refused for what it is.
 */
export function serveHttp(app: Hono) {
  const serve = handle(app);
  return middy<APIGatewayProxyEventV2, APIGatewayProxyResult>()
    .before(({ event }) => {
      event.rawPath = event.rawPath.split('/').map(encodeURIComponent).join('/');
    })
    .handler(
      (event, context: Context) =>
        serve(event as unknown as LambdaEvent, context) as Promise<APIGatewayProxyResult>,
    );
}
