import { hostAdapters } from '../../protocol/http/hosts.ts';
import { answering } from './handling.ts';

const hosts = hostAdapters(answering);

/**
 * For `node:http` and frameworks on it: Express, NestJS, Cloud Functions. If a body parser runs first, the raw bytes must
 * be in `request.rawBody`, or in `request.body` after `express.raw`.
 *
 * @throws ReceiverFault `invalid_option`
 * @example createServer(toNodeHandler(receiver.handle)).listen(4600);
 */
export const toNodeHandler = hosts.node;

/**
 * For hosts that pass a `Request` and expect a `Response`: Hono, Next.js routes, Bun, Deno, workers.
 *
 * @throws ReceiverFault `invalid_option`
 * @example export const POST = toFetchHandler(receiver.handle);
 */
export const toFetchHandler = hosts.fetch;

/**
 * For AWS Lambda behind API Gateway, a function URL or a load balancer.
 *
 * @throws ReceiverFault `invalid_option`
 * @example export const handler = toLambdaHandler(receiver.handle);
 */
export const toLambdaHandler = hosts.lambda;
