import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { CallbackRequest, ExchangeError } from '../../core/deliver/attempt/sender.ts';
import type { FailureDetail } from '../../protocol/failure-detail.ts';
import { codeOf, detailOf } from '../../protocol/http/failure-details.ts';

/** Maximum bytes read of a response's body. */
export const MAX_RESPONSE_BYTES = 16_384;

/** Bound on a response's status line and header fields together, and on the fields after a chunked body. */
const MAX_HEADER_BYTES = 16_384;

/** Maximum number of informational (1xx) responses before the final one. Any server may send some (RFC 9110 §15.2). */
const MAX_INFORMATIONAL_RESPONSES = 8;

export interface Call {
  readonly request: CallbackRequest;
  readonly url: URL;
  /** Aborts the exchange. Its reason is the {@link ExchangeError} that the exchange then returns. */
  readonly signal: AbortSignal;
}

export type CallEnd =
  | {
      readonly kind: 'answered';
      readonly statusCode: number;
      readonly retryAfter: string | undefined;
      readonly body: string;
      /** The answer was read to its end. */
      readonly isWhole: boolean;
      /** The connection can carry another request. */
      readonly isReusable: boolean;
      /** The response's `Keep-Alive` header. */
      readonly keepAlive: string | undefined;
    }
  | {
      readonly kind: 'broken';
      readonly code: ExchangeError;
      readonly detail?: FailureDetail | undefined;
      /** At least one byte of an answer was received. */
      readonly hasAnswerBegun: boolean;
    };

/**
 * Makes one request on a connected socket that carries nothing else. The first result settles it, and later events are
 * ignored. The caller must end the socket.
 *
 * @throws only for faults of the caller, such as a header that HTTP cannot carry.
 */
export function exchangeOn(socket: Socket, { request, url, signal }: Call): Promise<CallEnd> {
  return new Promise<CallEnd>((resolve, reject) => {
    let hasAnswerBegun = false;
    let informationalResponses = 0;
    let answer: IncomingMessage | undefined;
    const breakOff = (code: ExchangeError, detail?: FailureDetail): void =>
      resolve({ kind: 'broken', code, detail, hasAnswerBegun });
    const fail = (error: Error): void => {
      // An error after the end of an answer does not change the answer, and the socket has ended already.
      if (answer?.complete === true) return;
      const code = exchangeErrorOf(error, hasAnswerBegun);
      if (code === undefined) reject(error);
      else breakOff(code, detailOf(code, error));
    };

    if (signal.aborted) return breakOff(signal.reason);
    if (socket.destroyed) return breakOff('connection_reset');
    signal.addEventListener('abort', () => breakOff(signal.reason), { once: true });
    const outgoing = sendRequest({
      createConnection: () => socket,
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        // Without an Agent, Node would close the connection after the answer.
        connection: 'keep-alive',
        ...request.headers,
        'accept-encoding': 'identity',
        'content-length': Buffer.byteLength(request.body),
      },
      maxHeaderSize: MAX_HEADER_BYTES,
      // Set explicitly, so that no option of the process can weaken it.
      insecureHTTPParser: false,
    });
    // This listener runs before the parser's, which is attached to the socket in the next tick.
    socket.once('data', () => {
      hasAnswerBegun = true;
    });
    outgoing.on('information', () => {
      informationalResponses += 1;
      if (informationalResponses > MAX_INFORMATIONAL_RESPONSES) breakOff('invalid_response');
    });
    outgoing.on('upgrade', () => breakOff('invalid_response'));
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      answer = response;
      const { statusCode = 0, httpVersionMajor, headers } = response;
      if (statusCode < 200 || httpVersionMajor !== 1) return breakOff('invalid_response');
      const body = createBodyReader();
      const settle = (isWhole: boolean): void =>
        resolve({
          kind: 'answered',
          statusCode,
          retryAfter: headers['retry-after'],
          body: body.text(isWhole),
          isWhole,
          isReusable: isWhole && outgoing.writableFinished && socket.writable && !socket.destroyed,
          keepAlive: headers['keep-alive']?.toString(),
        });
      response.on('data', (chunk: Buffer) => {
        if (!body.add(chunk)) settle(false);
      });
      response.on('end', () => settle(true));
      response.on('error', fail);
    });
    outgoing.end(request.body);
  });
}

/** Decodes chunks as they arrive, so that no socket buffer is kept in memory. Stops at the bound. */
function createBodyReader() {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  return {
    /** False once the body exceeds the bound. */
    add(chunk: Buffer): boolean {
      const taken = chunk.subarray(0, MAX_RESPONSE_BYTES - bytes);
      bytes += taken.length;
      text += decoder.decode(taken, { stream: true });
      return taken.length === chunk.length;
    },
    /** The decoded text. A character that the bound cut in two is left out. */
    text(isWhole: boolean): string {
      return isWhole ? text + decoder.decode() : text;
    },
  };
}

/** Maps Node's error to the core's code; undefined if the fault is not the receiver's. */
function exchangeErrorOf(error: Error, hasAnswerBegun: boolean): ExchangeError | undefined {
  const code = codeOf(error) ?? '';
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code.startsWith('ERR_SSL_')) return 'tls_failed';
  // `ECONNRESET`: Node reports an end before or within the answer. `syscall`: a socket error of the system.
  if (code === 'ECONNRESET' || 'syscall' in error) return 'connection_reset';
  // Codes of the parser, and any other error after an answer has begun.
  return code.startsWith('HPE_') || hasAnswerBegun ? 'invalid_response' : undefined;
}
