import type { Context } from 'hono';

/**
 * Maps an event of payload format 2.0 (HTTP APIs and function URLs) to a Request, and the Response to the result.
 * If a Request cannot represent the event, this file does not refuse it. It tells the app, so that the app gives
 * every answer.
 */

/**
 * The part of the event that we read (API Gateway developer guide, "Lambda proxy integrations for HTTP APIs"; Lambda
 * developer guide, "Invoking Lambda function URLs").
 */
export interface HttpEvent {
  readonly rawPath: string;
  /** Still encoded, except that a function URL turns `+` into a space (aws-lambda-web-adapter issue 491). */
  readonly rawQueryString: string;
  /** Lower-case names on AWS; some emulators keep the case. Repeated headers are joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies?: readonly string[];
  readonly requestContext: {
    readonly domainName: string;
    readonly http: { readonly method: string };
    /**
     * The caller's session, which the console names when it invokes a function. Neither gateway nor function URL sets this
     * field: no route has an authorizer.
     */
    readonly authorizer?: { readonly lambda?: unknown };
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** The result from which API Gateway makes the response. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** What the app needs to know about a request and cannot read from the Request itself. */
interface RequestBindings {
  /** The method as sent. A Request cannot have every method. */
  readonly method?: string;
  /** The body. A Request would make a stream of it, and refuse that of a GET or HEAD. Default: the body of the Request. */
  readonly content?: Uint8Array;
  /** What the console says of the caller's session, not yet checked. */
  readonly session?: unknown;
  /** Set if the Request is a stand-in: answer with this problem. */
  readonly refusal?: 'method_not_allowed' | 'malformed_request' | 'not_found';
}

/** The environment of the app, in Hono's sense. */
export interface AppEnv {
  readonly Bindings: RequestBindings;
}

/** The bytes of a request's body. */
export async function contentOf(c: Context<AppEnv>): Promise<Uint8Array> {
  return c.env?.content ?? new Uint8Array(await c.req.arrayBuffer());
}

export interface HttpApp {
  fetch(request: Request, bindings: RequestBindings): Response | Promise<Response>;
}

/**
 * `decoded`: an HTTP API passes the path already decoded. We encode it again, so that the app decodes it exactly once.
 * An id with `#`, `?` or a line break is then refused as invalid instead of being cut short.
 * `encoded`: a function URL passes the path as it was sent. Live events of both are in hotsock/voker pull request 8.
 */
export type RawPath = 'decoded' | 'encoded';

/** Serves an app behind events. */
export function serveEvents(app: HttpApp, rawPath: RawPath): (event: HttpEvent) => Promise<HttpResult> {
  return async (event) => {
    const { request, bindings } = readEvent(event, rawPath);
    return toResult(await app.fetch(request, bindings));
  };
}

interface ReadEvent {
  readonly request: Request;
  readonly bindings: RequestBindings;
}

/** Methods that the Fetch standard forbids: `new Request` throws for them. */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);
const STAND_IN_ORIGIN = 'https://host.invalid';

function readEvent(event: HttpEvent, rawPath: RawPath): ReadEvent {
  const { method } = event.requestContext.http;
  const said = event.requestContext.authorizer?.lambda;
  const session = said === undefined ? {} : { session: said };
  try {
    // The URL parser would take the steps and make another path: one that the gateway neither routed nor throttled.
    if (hasSteps(event.rawPath, rawPath)) {
      return { request: new Request(STAND_IN_ORIGIN), bindings: { method, refusal: 'not_found' } };
    }
    const url = urlOf(event, rawPath);
    const headers = headersOf(event);
    if (FORBIDDEN_METHODS.has(method.toUpperCase())) {
      return { request: new Request(url, { headers }), bindings: { method, refusal: 'method_not_allowed' } };
    }
    const content = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
    return { request: new Request(url, { method, headers }), bindings: { ...session, content } };
  } catch {
    // Not logged: anyone can send this, and it says nothing about the service.
    return { request: new Request(STAND_IN_ORIGIN), bindings: { method, refusal: 'malformed_request' } };
  }
}

/** @throws URIError if the path is not percent-encoded UTF-8 */
function hasSteps(rawPath: string, form: RawPath): boolean {
  return rawPath
    .split('/')
    .map((segment) => (form === 'encoded' ? decodeURIComponent(segment) : segment))
    .some((segment) => segment === '.' || segment === '..');
}

/** @throws URIError or TypeError if path or query are not percent-encoded UTF-8 */
function urlOf({ rawPath, rawQueryString, requestContext }: HttpEvent, form: RawPath): string {
  const segments = rawPath.split('/');
  if (form === 'encoded') segments.forEach(decodeURIComponent);
  const path = segments.map(form === 'encoded' ? escapeForeign : encodeURIComponent).join('/');
  // Refuse a stray `%`: the app would read it literally, and other parsers would read it differently.
  rawQueryString.split(/[&=]/).forEach(decodeURIComponent);
  const query = rawQueryString === '' ? '' : `?${rawQueryString.replaceAll('#', '%23')}`;
  const origin = `https://${requestContext.domainName}`;
  return `${URL.canParse(origin) ? new URL(origin).origin : STAND_IN_ORIGIN}${path}${query}`;
}

/** Encodes what no encoded path has, such as `#` and `\\`. Without this, the URL parser would change the path. */
function escapeForeign(segment: string): string {
  return segment.replaceAll(/[^\w.~!$&'()*+,;=:@%-]+/g, encodeURIComponent);
}

/** @throws TypeError if a header name or value is not valid in HTTP */
function headersOf(event: HttpEvent): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers)) {
    // Headers hold bytes. No valid key or media type has characters beyond ASCII; encoding keeps such a value different.
    if (value !== undefined) headers.set(name, /[\u0080-\uffff]/.test(value) ? encodeURI(value) : value);
  }
  if (event.cookies !== undefined && event.cookies.length > 0)
    headers.set('cookie', event.cookies.join('; '));
  return headers;
}

const TEXT_TYPE = /^(?:text\/|[^;]*[/+](?:json|xml|javascript)\s*(?:;|$))/i;

/** Text is returned as it is. Everything else is returned in base64. */
async function toResult(response: Response): Promise<HttpResult> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const coding = response.headers.get('content-encoding') ?? 'identity';
  const isText = coding === 'identity' && TEXT_TYPE.test(response.headers.get('content-type') ?? '');
  const isBase64Encoded = bytes.length > 0 && !isText;
  const cookies = response.headers.getSetCookie();
  return {
    statusCode: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie')),
    ...(cookies.length > 0 && { cookies }),
    body: bytes.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}
