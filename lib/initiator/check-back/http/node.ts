import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CheckBackHandler } from '../handler.ts';
import { answering } from './handling.ts';
import { nodeBody } from './request-body.ts';

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
  const answer = answering(handler);
  return async (request, response) => {
    const { status, headers, body } = await answer({
      method: request.method ?? '',
      headers: request.headers,
      readBody: (maxBytes) => nodeBody(request, maxBytes),
    });
    if (response.destroyed || response.headersSent) return;
    // What was not read of the body must not be taken for the next request.
    response.writeHead(status, { ...headers, ...(!request.complete && { connection: 'close' }) });
    response.end(body);
  };
}
