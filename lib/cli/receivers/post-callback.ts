import { type ClientRequest, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { FailureDetail } from '../../protocol/failure-detail.ts';
import { codeOf, detailOf } from '../../protocol/http/failure-details.ts';

/** One POST to a receiver, with the headers and limits of the service: no other header, no redirect, a connection of its own. */

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Certificates in PEM that are trusted besides those that the service trusts. */
  readonly trusted?: readonly string[];
}

interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most {@link MAX_ANSWER_BYTES}. */
  readonly body: string;
  /** The answer is longer than the service reads. */
  readonly isTooLong: boolean;
  readonly durationMs: number;
}

interface Failed {
  readonly kind: 'failed';
  /** As the service names it: `timeout`, `tls_failed`, `connection_reset`. */
  readonly code: string;
  readonly detail: FailureDetail | undefined;
  readonly durationMs: number;
}

export type Posted = Answered | Failed;

/** The service reads no more of an answer's body, and none of headers that are longer. */
export const MAX_ANSWER_BYTES = 16_384;

/** @throws the signal's reason if the caller aborted */
export async function postCallback(post: Post): Promise<Posted> {
  const startedMs = performance.now();
  const timeout = AbortSignal.timeout(post.timeoutMs);
  const durationMs = () => Math.round(performance.now() - startedMs);
  const sending = sendingOf(post, AbortSignal.any([timeout, post.signal]));
  try {
    return { ...(await answerTo(sending, post.body)), durationMs: durationMs() };
  } catch (error) {
    if (post.signal.aborted) throw post.signal.reason;
    const code = timeout.aborted ? 'timeout' : failureOf(error, sending);
    return { kind: 'failed', code, detail: detailOf(code, error), durationMs: durationMs() };
  } finally {
    sending.outgoing.destroy();
  }
}

/** The status, or why there was none. */
export function answerOf(posted: Posted): string {
  if (posted.kind === 'answered') return String(posted.status);
  const { code, detail } = posted;
  return (detail ?? code).replaceAll('_', ' ');
}

export function isAccepted(posted: Posted): boolean {
  return posted.kind === 'answered' && posted.status >= 200 && posted.status < 300;
}

interface Sending {
  readonly outgoing: ClientRequest;
  readonly isTls: boolean;
  stage: 'looking up' | 'connected' | 'secured';
}

function sendingOf({ url, headers, body, trusted = [] }: Post, signal: AbortSignal): Sending {
  const isTls = url.startsWith('https:');
  const options: RequestOptions = {
    method: 'POST',
    agent: false,
    headers: {
      connection: 'keep-alive',
      ...headers,
      'accept-encoding': 'identity',
      'content-length': Buffer.byteLength(body),
    },
    maxHeaderSize: MAX_ANSWER_BYTES,
    signal,
  };
  const trust = { ca: [...rootCertificates, ...trusted], rejectUnauthorized: true };
  const outgoing = isTls ? secureRequest(url, { ...options, ...trust }) : request(url, options);
  const sending: Sending = { outgoing, isTls, stage: 'looking up' };
  outgoing.on('socket', (socket: Socket) => {
    socket.once('connect', () => {
      sending.stage = 'connected';
    });
    socket.once('secureConnect', () => {
      sending.stage = 'secured';
    });
  });
  return sending;
}

function answerTo({ outgoing }: Sending, body: string): Promise<Omit<Answered, 'durationMs'>> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const chunks: Buffer[] = [];
      let bytes = 0;
      const settle = () => {
        const text = Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
        resolve({ kind: 'answered', status, headers, body: text, isTooLong: bytes > MAX_ANSWER_BYTES });
      };
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > MAX_ANSWER_BYTES) settle();
      });
      response.on('end', settle);
      response.on('error', reject);
    });
    outgoing.end(body);
  });
}

function failureOf(error: unknown, { isTls, stage }: Sending): string {
  const code = codeOf(error) ?? '';
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code.startsWith('HPE_')) return 'invalid_response';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'connection_reset';
  if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') return 'dns_failed';
  return isTls && stage === 'connected' ? 'tls_failed' : 'connection_failed';
}
