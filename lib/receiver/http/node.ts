import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AdapterOptions,
  alreadyRead,
  answerOf,
  type CallbackHandler,
  type CallbackResponse,
  MAX_BODY_BYTES,
  tooLarge,
} from './handling.ts';

/**
 * Behind `node:http`, and whatever is built on it (Express: before any body parser, which would keep the raw bytes
 * to itself).
 *
 * @example createServer(toNodeHandler(receiver.handle)).listen(4600);
 */
export function toNodeHandler(
  handler: CallbackHandler,
  options: AdapterOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { maxBodyBytes = MAX_BODY_BYTES } = options;
  return async (request, response) => {
    const answer = await answerOf(handler, async () => ({
      method: request.method ?? '',
      headers: request.headers,
      body: await bodyOf(request, maxBodyBytes),
    }));
    send(response, answer, { closing: !request.complete });
  };
}

async function bodyOf(request: IncomingMessage, maxBodyBytes: number): Promise<Uint8Array> {
  if (request.readableEnded) throw alreadyRead();
  if (Number(request.headers['content-length']) > maxBodyBytes) throw tooLarge(maxBodyBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Without this, leaving the loop would destroy the socket before the answer is on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Uint8Array).length;
    if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks, size);
}

/** @param closing what was not read of the body must not be taken for the next request */
function send(
  response: ServerResponse,
  { status, headers = {}, body = '' }: CallbackResponse,
  { closing }: { readonly closing: boolean },
): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, ...(closing && { connection: 'close' }) });
  response.end(body);
}
