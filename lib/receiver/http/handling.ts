import type { HeaderSource } from '../../protocol/http/header-source.ts';
import { functionProblem, integerProblem, optionalFunctionProblem } from '../../protocol/option-rules.ts';
import { assertOptions, ReceiverFault } from '../faults.ts';
import type { RequestBody } from './request-body.ts';

/** A callback as it came in, whatever the host. */
export interface CallbackRequest {
  readonly method: string;
  readonly headers: HeaderSource;
  /** The raw bytes, as they were signed. */
  readonly body: Uint8Array;
}

export interface CallbackResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What the adapters put behind a host: a receiver's `handle`, or a function of your own. */
export interface CallbackHandler {
  (request: CallbackRequest): Promise<CallbackResponse> | CallbackResponse;
  /** Told of requests that were refused on the way to it. A receiver's `handle` reports them to `onEvent`. */
  readonly onRefused?: (fault: ReceiverFault) => void;
}

export interface AdapterOptions {
  /** Bytes of a body that are read at most; 65,536 unless said otherwise. What is larger is answered 413. */
  readonly maxBodyBytes?: number;
  /**
   * Told of each request that was refused before the handler, and of what the handler throws. Unless said otherwise,
   * a receiver's own `onEvent` is told; else what failed here (5xx) is written to the standard error output.
   */
  readonly onRefused?: (fault: ReceiverFault) => void;
}

/** Callbacks carry at most 16 KiB of metadata and little else. */
const MAX_BODY_BYTES = 65_536;

/** A request of a host: nothing of its body is read before its method is known. */
export interface HostRequest {
  readonly method: string;
  readonly headers: HeaderSource;
  readonly readBody: (maxBytes: number) => Promise<RequestBody> | RequestBody;
}

/**
 * What each adapter does with a request: what is refused or thrown becomes an answer that is not 2xx, so that the
 * callback comes again, and is told.
 *
 * @throws ReceiverFault `invalid_option`
 */
export function answering(
  handler: CallbackHandler,
  options: AdapterOptions = {},
): (request: HostRequest) => Promise<CallbackResponse> {
  const { maxBodyBytes = MAX_BODY_BYTES } = options;
  assertOptions([
    functionProblem('handler', handler),
    integerProblem('maxBodyBytes', maxBodyBytes, { min: 1 }),
    optionalFunctionProblem('onRefused', options.onRefused),
  ]);
  return async ({ method, headers, readBody }) => {
    try {
      if (method.toUpperCase() !== 'POST') throw noPost(method);
      const body = await readBody(maxBodyBytes);
      if (!body.ok) throw new ReceiverFault(body.code, body.message);
      return await handler({ method, headers, body: body.bytes });
    } catch (error) {
      const fault = faultFrom(error);
      tell(options.onRefused ?? handler.onRefused ?? logFailure, fault);
      return refusal(fault);
    }
  };
}

function noPost(method: string): ReceiverFault {
  const what =
    method === ''
      ? 'The event has no HTTP method: is it one of API Gateway, a function URL or a load balancer?'
      : '';
  return new ReceiverFault(
    'method_not_allowed',
    what || `Callbacks are POST requests, and this is ${method}.`,
  );
}

/** Any error as a fault with a code. */
export function faultFrom(error: unknown): ReceiverFault {
  if (error instanceof ReceiverFault) return error;
  return new ReceiverFault('internal', 'Something failed that should not.', { cause: error });
}

function tell(onRefused: (fault: ReceiverFault) => void, fault: ReceiverFault): void {
  try {
    onRefused(fault);
  } catch {
    // A broken log must not change the answer.
  }
}

function logFailure(fault: ReceiverFault): void {
  if (fault.status >= 500) console.error(fault);
}

/** Says the code and nothing else: what went wrong in here is nothing for a stranger. */
export function refusal({ code, status }: ReceiverFault): CallbackResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...(status === 405 && { allow: 'POST' }) },
    body: JSON.stringify({ code }),
  };
}
