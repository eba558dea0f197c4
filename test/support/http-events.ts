import { type HttpApp, type HttpEvent, type HttpResult, serveEvents } from '../../lib/api/http/http-event.ts';

/** A request as an HTTP API passes it to a function. */
export interface SentRequest {
  readonly method?: string;
  /** Percent-decoded, as in an HTTP API. */
  readonly path: string;
  readonly query?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  /** A string is sent as text, bytes in base64. */
  readonly body?: string | Uint8Array;
}

/** Builds the event of a request. Its host is `api.example`. */
export function httpEvent(sent: SentRequest): HttpEvent {
  const { method = 'GET', path, query = '', key, headers = {}, body } = sent;
  return {
    rawPath: path,
    rawQueryString: query,
    headers: {
      host: 'api.example',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(sent.cookies !== undefined && { cookies: sent.cookies }),
    requestContext: { domainName: 'api.example', http: { method } },
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : Buffer.from(body).toString('base64'),
    }),
    isBase64Encoded: body !== undefined && typeof body !== 'string',
  };
}

export interface Answered extends HttpResult {
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked field by field in the tests.
  readonly json: any;
}

/** Sends requests to an app as events. */
export function eventClient(app: HttpApp): (sent: SentRequest) => Promise<Answered> {
  const serve = serveEvents(app, 'decoded');
  return async (sent) => {
    const result = await serve(httpEvent(sent));
    return { ...result, json: result.body === '' ? undefined : JSON.parse(result.body) };
  };
}

/** Whether an answer has the form of the service's problem documents. */
export function isProblem({ headers, json, statusCode }: Answered): boolean {
  const type = headers['content-type'];
  return type === 'application/problem+json' && typeof json.code === 'string' && json.status === statusCode;
}
