import {
  type AdapterOptions,
  alreadyRead,
  answerOf,
  type CallbackHandler,
  MAX_BODY_BYTES,
  tooLarge,
} from './handling.ts';

/**
 * For hosts that hand over a `Request` and want a `Response`: Hono, Next.js routes, Bun, Deno, workers.
 *
 * @example export const POST = toFetchHandler(receiver.handle);
 */
export function toFetchHandler(
  handler: CallbackHandler,
  options: AdapterOptions = {},
): (request: Request) => Promise<Response> {
  const { maxBodyBytes = MAX_BODY_BYTES } = options;
  return async (request) => {
    const { status, headers, body } = await answerOf(handler, async () => ({
      method: request.method,
      headers: request.headers,
      body: await bodyOf(request, maxBodyBytes),
    }));
    // 204 and 304 may not have a body, not even an empty one.
    return new Response(body ?? null, { status, ...(headers !== undefined && { headers }) });
  };
}

async function bodyOf(request: Request, maxBodyBytes: number): Promise<Uint8Array> {
  if (request.bodyUsed || request.body?.locked === true) throw alreadyRead();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream: what is too large is not read to its end.
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
