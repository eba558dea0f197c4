import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { isToOwnHost } from '../aws/host.ts';
import { messageOf } from '../errors.ts';
import type { FunctionPool } from '../functions/pool.ts';
import type { Log } from '../logging/log.ts';
import { type RequestPath, toEvent } from './event.ts';
import type { HttpAnswer } from './response.ts';
import { gatewayMessage, readResult } from './response.ts';
import type { Route } from './routes.ts';
import { createRouter } from './routes.ts';

interface RouteTarget {
  readonly pool: FunctionPool;
  readonly timeoutMs: number;
}

/** Where requests come into a template: an HTTP API or a function URL, with its routes and limits. */
export interface HttpApi {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly Route<RouteTarget>[];
  readonly maxBodyBytes: number;
  /** The status of the answer for a function that failed. */
  readonly faultStatus: 500 | 502;
  /** Path and query as the event has them; `undefined` if the path is refused. */
  readPath(url: string): RequestPath | undefined;
  /** Whether a request is within the throttling limits of its route. Without a route: of the stage. */
  admits(routeKey: string | undefined): boolean;
}

/** An HTTP server that listens before its API is ready, because functions need the address at their start. */
export interface HttpApiServer {
  readonly server: Server;
  /** Starts to serve requests. Until then they are answered 503. */
  serve(api: HttpApi): void;
}

/**
 * Creates the server. It answers 503 until `serve` is called, and 403 to a foreign `Host`. A function's result that is no
 * HTTP response is logged, and answered as API Gateway answers it: with the status for a function that failed.
 */
export function createHttpApiServer(log: Log): HttpApiServer {
  let handle: (request: IncomingMessage) => Promise<HttpAnswer> = async () =>
    gatewayMessage(503, 'Service Unavailable');
  let faultStatus: HttpApi['faultStatus'] = 500;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      write(request, response, await (isToOwnHost(request) ? handle(request) : forbidden()));
    } catch (error) {
      const line = `${request.method} ${request.url} failed: ${messageOf(error)}`;
      log({ source: 'cloud', stream: 'event', line });
      // Those that were accepted before the one that is malformed.
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      write(request, response, gatewayMessage(faultStatus, 'Internal Server Error'));
    }
  }

  return {
    server: createServer((request, response) => void respond(request, response)),
    serve: (api) => {
      const route = createRouter(api.routes);
      faultStatus = api.faultStatus;
      handle = (request) => answer(api, route, request);
    },
  };
}

/** API Gateway's answer to a host name that it does not serve. */
async function forbidden(): Promise<HttpAnswer> {
  return gatewayMessage(403, 'Forbidden');
}

async function answer(
  api: HttpApi,
  route: ReturnType<typeof createRouter<RouteTarget>>,
  request: IncomingMessage,
): Promise<HttpAnswer> {
  const path = api.readPath(request.url ?? '/');
  const match = path === undefined ? undefined : route(request.method ?? 'GET', path.raw);
  if (!api.admits(match?.routeKey)) return gatewayMessage(429, 'Too Many Requests');
  if (path === undefined) return gatewayMessage(400, 'Bad Request');
  if (match === undefined) return gatewayMessage(404, 'Not Found');
  const body = await readBody(request, api.maxBodyBytes);
  if (body === undefined) return gatewayMessage(413, 'Request Entity Too Large');
  const { routeKey, pathParameters, target } = match;
  const event = toEvent({
    request,
    body,
    path,
    routeKey,
    pathParameters,
    apiId: api.apiId,
    stage: api.stage,
  });
  return await withinTimeout(invoke(target.pool, event, api.faultStatus), target.timeoutMs);
}

/** @throws TypeError if the result is no response */
async function invoke(pool: FunctionPool, event: object, faultStatus: number): Promise<HttpAnswer> {
  let result: unknown;
  try {
    result = await pool.invoke(event);
  } catch {
    // The pool has logged the reason. AWS gives the same answer when the function exceeds its own timeout.
    return gatewayMessage(faultStatus, 'Internal Server Error');
  }
  return readResult(result);
}

/** The integration's timeout. API Gateway answers 503, and the function continues. */
async function withinTimeout(answer: Promise<HttpAnswer>, milliseconds: number): Promise<HttpAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HttpAnswer>((resolve) => {
    timer = setTimeout(() => resolve(gatewayMessage(503, 'Service Unavailable')), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads the body. A body that is too large is read to its end and discarded, so that the client receives the answer. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes > maxBytes ? undefined : Buffer.concat(chunks);
}

/** @throws TypeError for a header that HTTP cannot carry. Nothing is written then. */
function write(
  request: IncomingMessage,
  response: ServerResponse,
  { statusCode, headers, body }: HttpAnswer,
): void {
  // An unread body would be parsed as the next request on this connection.
  if (!request.complete) response.setHeader('connection', 'close');
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'content-length') response.setHeader(name, value as string | string[]);
  }
  const hasBody = request.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;
  if (hasBody) response.setHeader('content-length', body.length);
  response.writeHead(statusCode);
  response.end(hasBody ? body : undefined);
}
