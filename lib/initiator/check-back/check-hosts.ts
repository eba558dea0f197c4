import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HostHandler, hostHandler, jsonAnswer } from '../../protocol/http/host-handling.ts';
import {
  fetchHost,
  type LambdaHttpEvent,
  type LambdaHttpResult,
  lambdaHost,
  nodeHost,
} from '../../protocol/http/hosts.ts';
import { functionProblem } from '../../protocol/runtime/option-rules.ts';
import { assertOptions } from '../fault.ts';
import { type CheckBackHandler, logFailure, MAX_CHECK_BYTES } from './handler.ts';
import { Refusal } from './refusal.ts';

/**
 * Behind `node:http`, and what is built on it: Express, NestJS, Cloud Functions. Where a body parser stands before it,
 * it needs the raw bytes in `request.rawBody`, or in `request.body` after `express.raw`.
 *
 * @throws InitiatorFault `invalid_option`
 * @example createServer(toNodeHandler(answerChecks)).listen(4700);
 */
export function toNodeHandler(
  handler: CheckBackHandler,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return nodeHost(answering(handler));
}

/**
 * For hosts that hand over a `Request` and want a `Response`: Hono, Next.js routes, Bun, Deno, workers.
 *
 * @throws InitiatorFault `invalid_option`
 * @example export const POST = toFetchHandler(answerChecks);
 */
export function toFetchHandler(handler: CheckBackHandler): (request: Request) => Promise<Response> {
  return fetchHost(answering(handler));
}

/**
 * Behind AWS Lambda.
 *
 * @throws InitiatorFault `invalid_option`
 * @example export const handler = toLambdaHandler(answerChecks);
 */
export function toLambdaHandler(
  handler: CheckBackHandler,
): (event: LambdaHttpEvent) => Promise<LambdaHttpResult> {
  return lambdaHost(answering(handler));
}

/** What is refused on the way is told to the handler's `onError`. */
function answering(handler: CheckBackHandler): HostHandler {
  assertOptions([functionProblem('handler', handler)]);
  return hostHandler({
    what: 'Checks',
    maxBodyBytes: MAX_CHECK_BYTES,
    handle: handler,
    errorOf: ({ code, message }) => new Refusal(code, message),
    failed(error) {
      (handler.onRefused ?? logFailure)(error);
      if (error instanceof Refusal) return jsonAnswer(error.status, { code: error.code });
      // Nothing is known of the transaction: the service asks again.
      return jsonAnswer(503, { code: 'unavailable' });
    },
  });
}
