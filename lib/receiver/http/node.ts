import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AdapterOptions, answering, type CallbackHandler, type CallbackResponse } from './handling.ts';
import { nodeBody } from './request-body.ts';

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
  const answer = answering(handler, options);
  return async (request, response) => {
    const answered = await answer({
      method: request.method ?? '',
      headers: request.headers,
      readBody: (maxBytes) => nodeBody(request, maxBytes),
    });
    send(response, answered, { closing: !request.complete });
  };
}

/** @param closing what was not read of the body must not be taken for the next request */
function send(
  response: ServerResponse,
  { status, headers = {}, body = '' }: CallbackResponse,
  { closing }: { readonly closing: boolean },
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { ...headers, ...(closing && { connection: 'close' }) });
  response.end(body);
}
