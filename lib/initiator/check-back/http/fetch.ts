import type { CheckBackHandler } from '../handler.ts';
import { answering } from './handling.ts';
import { fetchBody } from './request-body.ts';

/**
 * For hosts that hand over a `Request` and want a `Response`: Hono, Next.js routes, Bun, Deno, workers.
 *
 * @throws InitiatorFault `invalid_option`
 * @example export const POST = toFetchHandler(answerChecks);
 */
export function toFetchHandler(handler: CheckBackHandler): (request: Request) => Promise<Response> {
  const answer = answering(handler);
  return async (request) => {
    const { status, headers, body } = await answer({
      method: request.method,
      headers: request.headers,
      readBody: (maxBytes) => fetchBody(request, maxBytes),
    });
    return new Response(body, { status, headers });
  };
}
