import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CheckBackHandler, MAX_CHECK_BYTES } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { answerTo } from './handling.ts';

/**
 * Behind `node:http`, and whatever is built on it (Express: before any body parser, which would keep the raw bytes
 * to itself).
 *
 * @example createServer(toNodeHandler(answerChecks)).listen(4700);
 */
export function toNodeHandler(
  handler: CheckBackHandler,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { status, headers, body } = await answerTo(handler, async () => ({
      method: request.method ?? '',
      headers: request.headers,
      body: await bodyOf(request),
    }));
    if (response.destroyed) return;
    // What was not read of the body must not be taken for the next request.
    response.writeHead(status, { ...headers, ...(!request.complete && { connection: 'close' }) });
    response.end(body);
  };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  if (request.readableEnded) throw new Refusal('body_already_read');
  if (Number(request.headers['content-length']) > MAX_CHECK_BYTES) throw new Refusal('body_too_large');
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Without this, leaving the loop would destroy the socket before the answer is on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Uint8Array).byteLength;
    if (size > MAX_CHECK_BYTES) throw new Refusal('body_too_large');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks, size);
}
