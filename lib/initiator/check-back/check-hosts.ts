import { type HostHandler, hostHandler, jsonAnswer } from '../../protocol/http/host-handling.ts';
import { hostAdapters } from '../../protocol/http/hosts.ts';
import { notify } from '../../protocol/runtime/observers.ts';
import { functionProblem } from '../../protocol/runtime/option-rules.ts';
import { assertOptions } from '../fault.ts';
import { type CheckBackHandler, logFailure, MAX_CHECK_BYTES } from './handler.ts';
import { Refusal } from './refusal.ts';

const hosts = hostAdapters(answering);

/**
 * For `node:http` and frameworks on it: Express, NestJS, Cloud Functions. If a body parser runs first, the raw bytes must
 * be in `request.rawBody`, or in `request.body` after `express.raw`.
 *
 * @throws InitiatorFault `invalid_option`
 * @example createServer(toNodeHandler(answerChecks)).listen(4700);
 */
export const toNodeHandler = hosts.node;

/**
 * For hosts that pass a `Request` and expect a `Response`: Hono, Next.js routes, Bun, Deno, workers.
 *
 * @throws InitiatorFault `invalid_option`
 * @example export const POST = toFetchHandler(answerChecks);
 */
export const toFetchHandler = hosts.fetch;

/**
 * For AWS Lambda behind API Gateway, a function URL or a load balancer.
 *
 * @throws InitiatorFault `invalid_option`
 * @example export const handler = toLambdaHandler(answerChecks);
 */
export const toLambdaHandler = hosts.lambda;

/** Adds the adapters' own refusals, which are reported to the handler's `onError`. */
function answering(handler: CheckBackHandler): HostHandler {
  assertOptions([functionProblem('handler', handler)]);
  return hostHandler({
    what: 'Checks',
    maxBodyBytes: MAX_CHECK_BYTES,
    handle: handler,
    errorOf: ({ code, message }) => new Refusal(code, message),
    failed(error) {
      notify(handler.onRefused ?? logFailure, error);
      if (error instanceof Refusal) return jsonAnswer(error.status, { code: error.code });
      // 503 says nothing about the transaction, so the service asks again.
      return jsonAnswer(503, { code: 'unavailable' });
    },
  });
}
