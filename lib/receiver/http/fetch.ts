import { type AdapterOptions, answering, type CallbackHandler } from './handling.ts';
import { fetchBody } from './request-body.ts';

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
  const answer = answering(handler, options);
  return async (request) => {
    const { status, headers, body } = await answer({
      method: request.method,
      headers: request.headers,
      readBody: (maxBytes) => fetchBody(request, maxBytes),
    });
    // 204 and 304 may not have a body, not even an empty one.
    return new Response(body ?? null, { status, ...(headers !== undefined && { headers }) });
  };
}
