import { InitiatorFault } from '../fault.ts';
import type { HttpAnswer } from './service-answer.ts';

/** One request to the API, bounded in time and size. */

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  /** Final text, so that every repetition has the same content. */
  readonly body?: string;
}

export interface Connection {
  readonly baseUrl: string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
}

/** A batch of a hundred conflicts, each with what stands: about 2 MB; no answer of the service is longer. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * Sends one request and reads the answer whole.
 *
 * @throws InitiatorFault `timeout`, `connection_failed` or `unexpected_answer` (too long), all retryable: whether it
 * took effect is unknown
 * @throws the signal's reason where the caller gave up
 */
export async function exchange(
  connection: Connection,
  request: ApiRequest,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(connection.timeoutMs);
  const { fetch } = connection;
  try {
    const response = await fetch(`${connection.baseUrl}${request.path}`, {
      method: request.method,
      // Followed to another host, a redirect would carry the key there.
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${connection.key}`,
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(request.body !== undefined && { body: request.body }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const { status, headers } = response;
    return { status, headers, body: await readBounded(response, MAX_ANSWER_BYTES) };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof InitiatorFault) throw error;
    throw brokenExchange(request, error, { isTimeout: timeout.aborted });
  }
}

function brokenExchange(
  request: ApiRequest,
  cause: unknown,
  { isTimeout }: { readonly isTimeout: boolean },
): InitiatorFault {
  const what = `${request.method} ${request.path}`;
  return new InitiatorFault({
    code: isTimeout ? 'timeout' : 'connection_failed',
    message: isTimeout ? `${what}: no whole answer in time.` : `${what}: the connection failed.`,
    retryable: true,
    cause,
  });
}

/** @throws InitiatorFault `unexpected_answer`, retryable: no answer of the service is so long */
export async function readBounded(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new InitiatorFault({
        code: 'unexpected_answer',
        message: `The answer, status ${response.status}, is longer than ${maxBytes} bytes.`,
        retryable: true,
        statusCode: response.status,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
