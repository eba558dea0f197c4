import type { Callback } from '../../../core/deliver/attempt/callback.ts';
import { msOf, SECOND_MS } from '../../../core/time.ts';

interface ShownRequest {
  /** Undefined: the receiver's address is not known any more. */
  readonly url: string | undefined;
  readonly callback: Callback;
  /** When it is sent. */
  readonly at: string;
  readonly attempt: number;
}

/**
 * A callback's request as text. The signature is left out: it is made anew for each attempt, and only the secret gives it.
 * The body is the one that is sent, byte for byte.
 */
export function requestText({ url, callback, at, attempt }: ShownRequest): string {
  const { host, pathname, search } = new URL(url ?? 'https://receiver.invalid/');
  return [
    `POST ${pathname}${search}`,
    `host: ${host}`,
    'content-type: application/json',
    `webhook-id: ${callback.id}`,
    `webhook-timestamp: ${Math.floor(msOf(at) / SECOND_MS)}`,
    'webhook-signature: v1,…',
    'user-agent: Tidings/1',
    `tidings-attempt: ${attempt}`,
    '',
    callback.body,
  ].join('\n');
}
