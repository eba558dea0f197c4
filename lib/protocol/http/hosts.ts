import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HostHandler } from './host-handling.ts';
import { fetchBody, lambdaBody, nodeBody } from './request-body.ts';

/** Adapts a kit's handler to each kind of host. */

/** A kit's adapters. Each takes what the kit's own handler is made of. */
export interface HostAdapters<Args extends readonly unknown[]> {
  readonly node: (...args: Args) => (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly fetch: (...args: Args) => (request: Request) => Promise<Response>;
  readonly lambda: (...args: Args) => (event: LambdaHttpEvent) => Promise<LambdaHttpResult>;
}

/** @param answering checks its arguments, and makes the handler of all hosts */
export function hostAdapters<Args extends readonly unknown[]>(
  answering: (...args: Args) => HostHandler,
): HostAdapters<Args> {
  return {
    node: (...args) => nodeHost(answering(...args)),
    fetch: (...args) => fetchHost(answering(...args)),
    lambda: (...args) => lambdaHost(answering(...args)),
  };
}

/** For `node:http` and frameworks on it. */
function nodeHost(
  handle: HostHandler,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { status, headers, body } = await handle({
      method: request.method ?? '',
      headers: request.headers,
      readBody: (maxBytes) => nodeBody(request, maxBytes),
    });
    if (response.destroyed || response.headersSent) return;
    // The unread rest of the body must not be parsed as the next request.
    response.writeHead(status, { ...headers, ...(!request.complete && { connection: 'close' }) });
    response.end(body ?? '');
  };
}

/** For hosts that pass a `Request` and expect a `Response`. */
function fetchHost(handle: HostHandler): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, headers, body } = await handle({
      method: request.method,
      headers: request.headers,
      readBody: (maxBytes) => fetchBody(request, maxBytes),
    });
    // 204 and 304 may not have a body, not even an empty one.
    return new Response(body ?? null, { status, ...(headers !== undefined && { headers }) });
  };
}

/** The fields that are read of an event of API Gateway (payload 1.0 or 2.0), a function URL or a load balancer. */
export interface LambdaHttpEvent {
  readonly body?: string | null;
  /** Whether `body` is base64. The gateway's binary types decide this, so both cases must work. */
  readonly isBase64Encoded?: boolean;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  /** Payload 1.0, and load balancers that are configured for it. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  /** Payload 1.0 and load balancers. */
  readonly httpMethod?: string;
  /** Payload 2.0 and function URLs. */
  readonly requestContext?: { readonly http?: { readonly method?: string } };
}

export interface LambdaHttpResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** For AWS Lambda. */
function lambdaHost(handle: HostHandler): (event: LambdaHttpEvent) => Promise<LambdaHttpResult> {
  return async (event) => {
    // A function that is invoked by hand may get no event at all.
    const { httpMethod, requestContext, multiValueHeaders, headers: single } = event ?? {};
    const { status, headers, body } = await handle({
      method: String(httpMethod ?? requestContext?.http?.method ?? ''),
      headers: { ...multiValueHeaders, ...single },
      readBody: (maxBytes) => lambdaBody(event, maxBytes),
    });
    return { statusCode: status, headers: { ...headers }, body: body ?? '', isBase64Encoded: false };
  };
}
