import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  fetchHost,
  type LambdaHttpEvent,
  type LambdaHttpResult,
  lambdaHost,
  nodeHost,
} from '../../protocol/http/hosts.ts';
import { type AdapterOptions, answering, type CallbackHandler } from './handling.ts';

/**
 * For `node:http` and frameworks on it: Express, NestJS, Cloud Functions. If a body parser runs first, the raw bytes must
 * be in `request.rawBody`, or in `request.body` after `express.raw`.
 *
 * @throws ReceiverFault `invalid_option`
 * @example createServer(toNodeHandler(receiver.handle)).listen(4600);
 */
export function toNodeHandler(
  handler: CallbackHandler,
  options?: AdapterOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return nodeHost(answering(handler, options));
}

/**
 * For hosts that pass a `Request` and expect a `Response`: Hono, Next.js routes, Bun, Deno, workers.
 *
 * @throws ReceiverFault `invalid_option`
 * @example export const POST = toFetchHandler(receiver.handle);
 */
export function toFetchHandler(
  handler: CallbackHandler,
  options?: AdapterOptions,
): (request: Request) => Promise<Response> {
  return fetchHost(answering(handler, options));
}

/**
 * For AWS Lambda behind API Gateway, a function URL or a load balancer.
 *
 * @throws ReceiverFault `invalid_option`
 * @example export const handler = toLambdaHandler(receiver.handle);
 */
export function toLambdaHandler(
  handler: CallbackHandler,
  options?: AdapterOptions,
): (event: LambdaHttpEvent) => Promise<LambdaHttpResult> {
  return lambdaHost(answering(handler, options));
}
