import {
  type HostAnswer,
  type HostHandler,
  hostHandler,
  jsonAnswer,
  type RawRequest,
} from '../../protocol/http/host-handling.ts';
import {
  functionProblem,
  integerProblem,
  optionalFunctionProblem,
} from '../../protocol/runtime/option-rules.ts';
import { assertOptions, ReceiverFault } from '../faults.ts';

/** A callback as it came in, whatever the host. */
export type CallbackRequest = RawRequest;
export type CallbackResponse = HostAnswer;

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

/**
 * What each adapter does with a request: what is refused or thrown becomes an answer that is not 2xx, so that the
 * callback comes again, and is told.
 *
 * @throws ReceiverFault `invalid_option`
 */
export function answering(handler: CallbackHandler, options: AdapterOptions = {}): HostHandler {
  const { maxBodyBytes = MAX_BODY_BYTES } = options;
  assertOptions([
    functionProblem('handler', handler),
    integerProblem('maxBodyBytes', maxBodyBytes, { min: 1 }),
    optionalFunctionProblem('onRefused', options.onRefused),
  ]);
  return hostHandler({
    what: 'Callbacks',
    maxBodyBytes,
    handle: handler,
    errorOf: ({ code, message }) => new ReceiverFault(code, message),
    failed(error) {
      const fault = faultFrom(error);
      tell(options.onRefused ?? handler.onRefused ?? logFailure, fault);
      return refusal(fault);
    },
  });
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
  return jsonAnswer(status, { code });
}
