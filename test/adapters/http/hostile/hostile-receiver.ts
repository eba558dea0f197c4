import { afterEach, vi } from 'vitest';
import type { HttpSender, HttpSenderOptions } from '../../../../lib/adapters/http/http-sender.ts';
import type { CallbackRequest } from '../../../../lib/core/deliver/attempt/sender.ts';
import { faceReceiver } from '../facing.ts';
import { type Behaviour, meaningOf, type Receiver, type ReceiverOptions } from '../raw-receiver.ts';

/** Short where the time-out is what ends the exchange, and far longer than anything else takes. */
export const TIMEOUT_MS = 250;
const LONG_TIMEOUT_MS = 20_000;

/** Behaviours that say something and then nothing. */
export const says =
  (bytes: string | Buffer): Behaviour =>
  (socket) =>
    socket.write(bytes);
export const saysAndCloses =
  (bytes: string | Buffer): Behaviour =>
  (socket) =>
    socket.end(bytes);

/** Faces a receiver of the given behaviour and sends it one callback. */
export function useHostileReceiver() {
  let receiver: Receiver;
  let sender: HttpSender;

  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  async function face(options: ReceiverOptions, settings?: Partial<HttpSenderOptions>): Promise<void> {
    ({ receiver, sender } = await faceReceiver(options, settings));
  }

  function callback(changes: Partial<CallbackRequest> = {}): CallbackRequest {
    const headers = { 'content-type': 'application/json', 'webhook-id': 'msg_1' };
    return {
      url: receiver.url,
      headers,
      body: '{"type":"payment.succeeded"}',
      timeoutMs: LONG_TIMEOUT_MS,
      ...changes,
    };
  }

  async function sendTo(options: ReceiverOptions, changes: Partial<CallbackRequest> = {}) {
    await face(options);
    return meaningOf(await sender.send(callback(changes)));
  }

  return {
    get receiver() {
      return receiver;
    },
    get sender() {
      return sender;
    },
    face,
    callback,
    sendTo,
  };
}
