import type { HttpAnswer } from './service-answer.ts';

/** One HTTP request of a kit to the service, with limits on time and bytes. */

export interface Connection {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Headers of every request, such as the key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for one whole request, from the connection to the last byte. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Called with the size of each chunk of an answer, for metrics. */
  readonly onBytes?: (bytes: number) => void;
}

export interface ServiceRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  /** JSON text, so that every repetition sends the same content. */
  readonly body?: string;
}

export type Exchanged =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  /** The answer exceeds `maxAnswerBytes`. No answer of the service is that long. */
  | { readonly kind: 'too_long'; readonly status: number }
  /** It is unknown whether the request took effect. */
  | { readonly kind: 'timeout' | 'connection_failed'; readonly cause: unknown };

/**
 * Sends one request and reads the whole answer.
 *
 * @throws the signal's reason if the caller aborted
 */
export async function exchange(
  connection: Connection,
  { method, path, body }: ServiceRequest,
  signal?: AbortSignal,
): Promise<Exchanged> {
  const { baseUrl, headers, fetch } = connection;
  const timeout = AbortSignal.timeout(connection.timeoutMs);
  try {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      // Following a redirect to another host would send the key there.
      redirect: 'manual',
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const bytes = await readBounded(response, connection);
    if (bytes === undefined) return { kind: 'too_long', status: response.status };
    return { kind: 'answered', answer: { status: response.status, headers: response.headers, body: bytes } };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    return { kind: timeout.aborted ? 'timeout' : 'connection_failed', cause };
  }
}

/** Undefined if the answer is too long. Leaving the loop cancels the stream, so the rest is not read. */
async function readBounded(
  response: Response,
  { maxAnswerBytes, onBytes }: Connection,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    onBytes?.(chunk.byteLength);
    if (size > maxAnswerBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
