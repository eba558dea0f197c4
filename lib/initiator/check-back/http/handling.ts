import type { HeaderSource } from '../../../protocol/http/header-source.ts';
import { functionProblem } from '../../../protocol/option-rules.ts';
import { assertOptions } from '../../fault.ts';
import {
  assertPost,
  type CheckBackHandler,
  type CheckResponse,
  json,
  logFailure,
  MAX_CHECK_BYTES,
} from '../handler.ts';
import { Refusal } from '../refusal.ts';
import type { RequestBody } from './request-body.ts';

/** A request of a host: nothing of its body is read before its method is known. */
export interface HostRequest {
  readonly method: string;
  readonly headers: HeaderSource;
  readonly readBody: (maxBytes: number) => Promise<RequestBody> | RequestBody;
}

/**
 * What each adapter does with a request. What is refused on the way is told to the handler's `onError`.
 *
 * @throws InitiatorFault `invalid_option`
 */
export function answering(handler: CheckBackHandler): (request: HostRequest) => Promise<CheckResponse> {
  assertOptions([functionProblem('handler', handler)]);
  return async ({ method, headers, readBody }) => {
    try {
      assertPost(method);
      const body = await readBody(MAX_CHECK_BYTES);
      if (!body.ok) throw new Refusal(body.code, body.message);
      return await handler({ method, headers, body: body.bytes });
    } catch (error) {
      (handler.onRefused ?? logFailure)(error);
      if (error instanceof Refusal) return json(error.status, { code: error.code });
      // Nothing is known of the transaction: the service asks again.
      return json(503, { code: 'unavailable' });
    }
  };
}
