import { type CheckBackHandler, MAX_CHECK_BYTES } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { answerTo } from './handling.ts';

/**
 * For hosts that hand over a `Request` and want a `Response`: Hono, Next.js routes, Bun, Deno, workers.
 *
 * @example export const POST = toFetchHandler(answerChecks);
 */
export function toFetchHandler(handler: CheckBackHandler): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, headers, body } = await answerTo(handler, async () => ({
      method: request.method,
      headers: request.headers,
      body: await bodyOf(request),
    }));
    return new Response(body, { status, headers });
  };
}

async function bodyOf(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream: what is too large is not read to its end.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_CHECK_BYTES) throw new Refusal('body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
