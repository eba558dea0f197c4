import type { HeaderSource } from './header-source.ts';
import type { BodyRefusal, RequestBody } from './request-body.ts';

/** Request handling that both kits share, independent of the host. */

/** A request of a host. Its body is read only after its method was checked. */
interface HostRequest {
  readonly method: string;
  readonly headers: HeaderSource;
  readonly readBody: (maxBytes: number) => Promise<RequestBody> | RequestBody;
}

/** A request with the raw bytes that were signed. */
export interface RawRequest {
  readonly method: string;
  readonly headers: HeaderSource;
  readonly body: Uint8Array;
}

export interface HostAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type HostHandler = (request: HostRequest) => Promise<HostAnswer>;

/** Why a request is refused before it is handled. */
export interface HostRefusal {
  readonly code: 'method_not_allowed' | BodyRefusal;
  /** For people. */
  readonly message: string;
}

export interface Handling {
  /** Name of the requests in messages, such as `Callbacks`. */
  readonly what: string;
  readonly maxBodyBytes: number;
  readonly handle: (request: RawRequest) => Promise<HostAnswer> | HostAnswer;
  /** Converts a refusal to an error of the kit. */
  readonly errorOf: (refusal: HostRefusal) => Error;
  /** Reports a refusal or an error, and returns the answer. */
  readonly failed: (error: unknown) => HostAnswer;
}

export function hostHandler(handling: Handling): HostHandler {
  const { what, maxBodyBytes, handle, errorOf, failed } = handling;
  return async ({ method, headers, readBody }) => {
    try {
      const refusal = methodRefusal(method, what);
      if (refusal !== undefined) throw errorOf(refusal);
      const body = await readBody(maxBodyBytes);
      if (!body.ok) throw errorOf(body);
      return await handle({ method, headers, body: body.bytes });
    } catch (error) {
      return failed(error);
    }
  };
}

/** Why a method is refused, or undefined. @param what the requests are, for the message */
export function methodRefusal(method: string, what: string): HostRefusal | undefined {
  if (method.toUpperCase() === 'POST') return undefined;
  const message =
    method === ''
      ? 'The event has no HTTP method: is it one of API Gateway, a function URL or a load balancer?'
      : `${what} are POST requests, not ${method}.`;
  return { code: 'method_not_allowed', message };
}

/** An answer in JSON. */
export function jsonAnswer(status: number, content: object) {
  return {
    status,
    headers: { 'content-type': 'application/json', ...(status === 405 && { allow: 'POST' }) },
    body: JSON.stringify(content),
  };
}
