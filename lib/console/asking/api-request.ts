import type * as z from 'zod';
import type { Operation, OperationAddress } from '../../api/contract/operation.ts';
import { addressForAdmins } from '../../api/contract/operation-address.ts';
import type { HttpEvent, RawPath } from '../../api/http/http-event.ts';
import type { Session } from '../../core/merchants/sessions/session.ts';
import { ORIGIN_HEADER } from '../../settings.ts';

/** Makes the events of the requests with which the console asks the API. */

type InputOf<T> = T extends () => z.ZodType ? z.input<ReturnType<T>> : undefined;

/** The parts of a request. What an operation does not take may be left out. */
export interface Asked<O extends Operation> {
  /** The merchant that the page is about, for operations that take it from the key. */
  readonly merchantId?: string;
  readonly params?: InputOf<O['params']>;
  readonly query?: InputOf<O['query']>;
  readonly body?: InputOf<O['body']>;
}

/** For whom and how a request is made. */
export interface RequestMaker {
  readonly session: Session;
  /** The host that the browser named, for addresses in answers. */
  readonly host: string;
  /** The scheme that the browser used. */
  readonly scheme: string;
  readonly originSecret: string | undefined;
}

/** An id of any kind. `.` and `..` are steps in a path. */
const SAFE_PART = /^(?!\.{1,2}$)[A-Za-z0-9_.:~-]+$/;

/** Thrown for an id that no resource can have: the page does not exist. */
export class UnsafePath extends Error {}

/** The event of a request, as the API's function gets it from the gateway. */
export function requestEvent(
  maker: RequestMaker,
  operation: OperationAddress,
  { asked, rawPath }: { readonly asked: Asked<Operation>; readonly rawPath: RawPath },
): HttpEvent {
  const { path, params } = placeOf(maker.session, operation, asked);
  const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
  return {
    rawPath: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => partOf(params[name], rawPath)),
    rawQueryString: queryOf(asked.query),
    headers: {
      host: maker.host,
      'x-forwarded-proto': maker.scheme,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(maker.originSecret !== undefined && { [ORIGIN_HEADER]: maker.originSecret }),
    },
    requestContext: {
      domainName: maker.host,
      http: { method: operation.method.toUpperCase() },
      authorizer: { lambda: callerOf(maker.session) },
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  };
}

/** What the API's function is told of the session; see `lib/core/merchants/sessions/session-caller.ts`. */
const callerOf = ({ keyId, secretHash, merchantId }: Session) => ({
  keyId,
  secretHash,
  ...(merchantId !== undefined && { merchantId }),
});

interface Place {
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** Operators name the merchant in the path; a merchant's session has one already. */
function placeOf(session: Session, operation: OperationAddress, asked: Asked<Operation>): Place {
  const { merchantId } = asked;
  const own = (asked.params ?? {}) as Place['params'];
  const form =
    session.scope === 'admin' && merchantId !== undefined ? addressForAdmins(operation) : undefined;
  const isInPath = form !== undefined || (operation.merchant === 'path' && merchantId !== undefined);
  return { path: (form ?? operation).path, params: isInPath ? { ...own, merchantId } : own };
}

function partOf(value: string | undefined, rawPath: RawPath): string {
  if (value === undefined || !SAFE_PART.test(value)) throw new UnsafePath();
  return rawPath === 'encoded' ? encodeURIComponent(value) : value;
}

/** `+` would be a space to some gateways and a plus to others, so spaces are `%20`. */
function queryOf(query: unknown): string {
  return Object.entries((query ?? {}) as Readonly<Record<string, string | undefined>>)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
    )
    .join('&');
}
