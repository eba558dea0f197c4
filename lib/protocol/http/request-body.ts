import type { IncomingMessage } from 'node:http';

/**
 * Reads the raw bytes of a request from each kind of host. A signature covers bytes: JSON that was parsed and serialised
 * again may differ.
 */

export type RequestBody =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly code: BodyRefusal; readonly message: string };

/** `body_already_read`: the host's configuration has discarded the raw bytes. */
export type BodyRefusal = 'body_too_large' | 'body_already_read' | 'body_incomplete';

/** A request of `node:http`, with the properties that frameworks add. */
export interface NodeRequest extends IncomingMessage {
  /** Cloud Functions for Firebase, Google Cloud Functions, NestJS with `rawBody: true`. */
  readonly rawBody?: unknown;
  /** Express and frameworks on it: bytes after `express.raw`, an object after `express.json`. */
  readonly body?: unknown;
}

const PARSED =
  "The body was already parsed, but the signature covers the raw bytes. Use express.raw({ type: '*/*' }) " +
  'for this route, or keep the raw bytes in request.rawBody (NestJS: rawBody: true).';
const PARSED_EVENT =
  'The body of the event was already parsed, but the signature covers the raw bytes. Pass on the event ' +
  'as Lambda receives it (proxy integration, no body parser).';
const GONE =
  'The body was already read, and its raw bytes are lost. Install this handler before all body parsers, ' +
  'or keep the raw bytes in request.rawBody.';

/** For `node:http` and frameworks on it: the raw bytes that they kept, or else the unread stream. */
export async function nodeBody(request: NodeRequest, maxBytes: number): Promise<RequestBody> {
  const [rawBody, body] = [memberOf(request, 'rawBody'), memberOf(request, 'body')];
  const kept = bytesOf(rawBody) ?? bytesOf(body);
  if (kept !== undefined) return bounded(kept, maxBytes);
  if (request.readableEnded || request.readableDidRead) {
    return refused('body_already_read', typeof body === 'object' && body !== null ? PARSED : GONE);
  }
  if (Number(request.headers['content-length']) > maxBytes) return tooLarge(maxBytes);
  // By default, leaving the loop would destroy the socket before the answer is sent.
  return readAll(request.iterator({ destroyOnReturn: false }), {
    maxBytes,
    encoding: request.readableEncoding,
  });
}

/** For a `Request`. Leaving the loop cancels the stream, so a body that is too large is not read to its end. */
export async function fetchBody(request: Request, maxBytes: number): Promise<RequestBody> {
  if (request.bodyUsed || request.body?.locked === true) return refused('body_already_read', GONE);
  return readAll(request.body ?? [], { maxBytes, encoding: null });
}

/** For an event of API Gateway, a function URL or a load balancer. */
export function lambdaBody(
  event: { readonly body?: unknown; readonly isBase64Encoded?: unknown },
  maxBytes: number,
): RequestBody {
  const { body = '', isBase64Encoded } = event;
  if (body === null) return { ok: true, bytes: new Uint8Array() };
  if (typeof body !== 'string') return refused('body_already_read', PARSED_EVENT);
  return bounded(Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'), maxBytes);
}

interface Reading {
  readonly maxBytes: number;
  /** Encoding in which the host decodes the stream; null if it passes bytes. */
  readonly encoding: BufferEncoding | null;
}

async function readAll(
  stream: AsyncIterable<unknown> | Iterable<unknown>,
  { maxBytes, encoding }: Reading,
): Promise<RequestBody> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes =
        typeof chunk === 'string' ? Buffer.from(chunk, encoding ?? 'utf8') : (chunk as Uint8Array);
      size += bytes.byteLength;
      if (size > maxBytes) return tooLarge(maxBytes);
      chunks.push(bytes);
    }
  } catch (error) {
    return refused('body_incomplete', `The connection ended before the body was complete: ${error}`);
  }
  return { ok: true, bytes: Buffer.concat(chunks, size) };
}

/** The bytes that a host kept, or the UTF-8 bytes of text; undefined for any other value. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Uint8Array ? value : undefined;
}

/** Reads a property safely: some hosts parse the body on first access, and throw. */
function memberOf(request: NodeRequest, name: 'rawBody' | 'body'): unknown {
  try {
    return request[name];
  } catch {
    return undefined;
  }
}

function bounded(bytes: Uint8Array, maxBytes: number): RequestBody {
  return bytes.byteLength > maxBytes ? tooLarge(maxBytes) : { ok: true, bytes };
}

function tooLarge(maxBytes: number): RequestBody {
  return refused('body_too_large', `The body is larger than ${maxBytes} bytes.`);
}

function refused(code: BodyRefusal, message: string): RequestBody {
  return { ok: false, code, message };
}
