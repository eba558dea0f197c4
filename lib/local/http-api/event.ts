import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';

/** The parts of a request from which its event is built. */
export interface EventInput {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly path: RequestPath;
  readonly apiId: string;
  readonly stage: string;
}

/** The path and query of a request. */
export interface RequestPath {
  /** As the event has it: percent-decoded by an HTTP API, as it was sent by a function URL. */
  readonly raw: string;
  /** Still encoded, without the question mark. */
  readonly query: string;
}

/**
 * Bodies of these types are passed as text, all others in base64: forms, `+json`, other charsets, and bodies without
 * a type. AWS documents no list. Others measured this one on an HTTP API (floci issue 2172, ministack pull request
 * 766).
 */
const TEXT_TYPE = /^(?:text\/[^;]*|application\/(?:json|xml|javascript))\s*(?:;(.*))?$/i;
/** Headers that API Gateway does not pass on. */
const DROPPED_HEADERS = new Set(['connection', 'cookie', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * The path of an HTTP API, which decodes it before it matches and passes it on. A REST API or a function URL does not.
 *
 * @returns `undefined` if the path is not validly encoded
 */
export function readDecodedPath(url: string): RequestPath | undefined {
  const { raw, query } = splitUrl(url);
  try {
    return { raw: decodeURIComponent(raw), query };
  } catch {
    return undefined;
  }
}

/** The path of a function URL, which turns `+` into a space in the query (aws-lambda-web-adapter issue 491). */
export function readSentPath(url: string): RequestPath {
  const { raw, query } = splitUrl(url);
  return { raw, query: query.replaceAll('+', ' ') };
}

function splitUrl(url: string): RequestPath {
  const mark = url.indexOf('?');
  return mark < 0 ? { raw: url, query: '' } : { raw: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** Builds the event of payload format 2.0 (API Gateway developer guide, "Working with Lambda proxy integrations"). */
export function toEvent(input: EventInput): object {
  const { request, body, path, pathParameters } = input;
  // The gateway writes it, and ignores what the client sent.
  const headers: Readonly<Record<string, string>> = { ...joinHeaders(request), 'x-forwarded-proto': 'http' };
  const cookies = (request.headers.cookie ?? '').split(/;\s*/).filter((cookie) => cookie !== '');
  const query = joinQuery(path.query);
  const isText = body.length === 0 || isTextBody(headers['content-type'], body);
  const now = new Date();
  return {
    version: '2.0',
    routeKey: input.routeKey,
    rawPath: path.raw,
    rawQueryString: path.query,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: LOCAL_ACCOUNT,
      apiId: input.apiId,
      domainName: headers.host ?? '',
      domainPrefix: input.apiId,
      http: {
        method: request.method ?? 'GET',
        path: path.raw,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: input.routeKey,
      stage: input.stage,
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText,
  };
}

/** A body is text if its type is textual and its bytes are UTF-8. Other bytes would silently become U+FFFD. */
function isTextBody(contentType: string | undefined, body: Buffer): boolean {
  const match = TEXT_TYPE.exec(contentType ?? '');
  if (match === null) return false;
  const charset = /(?:^|;)\s*charset\s*=\s*"?([^";\s]*)/i.exec(match[1] ?? '')?.[1];
  return (charset === undefined || /^utf-?8$/i.test(charset)) && isUtf8(body);
}

/** Returns lower-case names; values of a repeated header are joined by commas. */
function joinHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values !== undefined && !DROPPED_HEADERS.has(name)) headers[name] = values.join(',');
  }
  return headers;
}

function joinQuery(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const joined: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    joined[name] = Object.hasOwn(joined, name) ? `${joined[name]},${value}` : value;
  }
  return joined;
}

/** Formats a date as `20/Nov/2026:08:00:00 +0000`. */
function commonLogTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
