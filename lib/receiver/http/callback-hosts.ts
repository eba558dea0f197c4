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
 * Behind `node:http`, and what is built on it: Express, NestJS, Cloud Functions. Where a body parser stands before it,
 * it needs the raw bytes in `request.rawBody`, or in `request.body` after `express.raw`.
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
 * For hosts that hand over a `Request` and want a `Response`: Hono, Next.js routes, Bun, Deno, workers.
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
 * Behind AWS Lambda.
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
