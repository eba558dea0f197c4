import { ReceiverFault } from '../faults.ts';
import type { HeaderSource } from '../verifying/headers.ts';

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
export type CallbackHandler = (request: CallbackRequest) => Promise<CallbackResponse> | CallbackResponse;

export interface AdapterOptions {
  /** Bytes of a body that are read at most; 65,536 unless said otherwise. What is larger is answered 413. */
  readonly maxBodyBytes?: number;
}

/** Callbacks carry at most 16 KiB of metadata and little else. */
export const MAX_BODY_BYTES = 65_536;

/** Calls the handler; what it throws becomes an answer that is not 2xx, so that the callback comes again. */
export async function answerOf(
  handler: CallbackHandler,
  read: () => Promise<CallbackRequest> | CallbackRequest,
): Promise<CallbackResponse> {
  try {
    const request = await read();
    if (request.method.toUpperCase() !== 'POST') {
      throw new ReceiverFault('method_not_allowed', 'Callbacks are POST requests.');
    }
    return await handler(request);
  } catch (error) {
    return refusal(error);
  }
}

/** Says the code and nothing else: what went wrong in here is nothing for a stranger. */
export function refusal(error: unknown): CallbackResponse {
  const { code, status } =
    error instanceof ReceiverFault ? error : ({ code: 'internal', status: 500 } as const);
  return {
    status,
    headers: { 'content-type': 'application/json', ...(status === 405 && { allow: 'POST' }) },
    body: JSON.stringify({ code }),
  };
}

export function tooLarge(maxBodyBytes: number): ReceiverFault {
  return new ReceiverFault('body_too_large', `The body is larger than ${maxBodyBytes} bytes.`);
}

export function alreadyRead(): ReceiverFault {
  const message =
    'Something has read the body already; the raw bytes are needed. Put this before body parsers.';
  return new ReceiverFault('body_already_read', message);
}
