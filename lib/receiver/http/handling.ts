import {
  type HostAnswer,
  type HostHandler,
  hostHandler,
  jsonAnswer,
  type RawRequest,
} from '../../protocol/http/host-handling.ts';
import { notify } from '../../protocol/runtime/observers.ts';
import {
  functionProblem,
  integerProblem,
  optionalFunctionProblem,
} from '../../protocol/runtime/option-rules.ts';
import { assertOptions, ReceiverFault } from '../receiver-fault.ts';

/** A callback as received, in the same form for every host. */
export type CallbackRequest = RawRequest;
export type CallbackResponse = HostAnswer;

/** The handler that the adapters call: a receiver's `handle`, or a function of your own. */
export interface CallbackHandler {
  (request: CallbackRequest): Promise<CallbackResponse> | CallbackResponse;
  /** Called for requests that an adapter refused before the handler. A receiver's `handle` reports them to `onEvent`. */
  readonly onRefused?: (fault: ReceiverFault) => void;
}

export interface AdapterOptions {
  /** Maximum size of a body in bytes; default: 65,536. A larger one is answered with 413. */
  readonly maxBodyBytes?: number;
  /**
   * Called for each request that was refused before the handler, and for each error that the handler throws. Its own
   * errors are ignored, and nothing waits for it if it is `async`. Default: a receiver's own `onEvent`. Without a
   * receiver, failures (5xx) are written to standard error.
   */
  readonly onRefused?: (fault: ReceiverFault) => void;
}

/** A callback has at most 16 KiB of metadata and few other fields. */
const MAX_BODY_BYTES = 65_536;

/**
 * The common part of all adapters. A refusal or an error becomes an answer outside 2xx, so that the callback comes again,
 * and is reported to `onRefused`.
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
      notify(options.onRefused ?? handler.onRefused ?? logFailure, fault);
      return refusal(fault);
    },
  });
}

/** Converts any error to a fault; an unknown error gets the code `internal`. */
export function faultFrom(error: unknown): ReceiverFault {
  if (error instanceof ReceiverFault) return error;
  return new ReceiverFault('internal', 'Internal error.', { cause: error });
}

function logFailure(fault: ReceiverFault): void {
  if (fault.status >= 500) console.error(fault);
}

/** The answer contains only the code: internal details must not reach the caller. */
export function refusal({ code, status }: ReceiverFault): CallbackResponse {
  return jsonAnswer(status, { code });
}
