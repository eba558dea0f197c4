import type { Socket } from 'node:net';
import type { HttpSender } from '../../../../lib/adapters/http/http-sender.ts';
import type { CallbackRequest } from '../../../../lib/core/deliver/attempt/sender.ts';
import { faceReceiver } from '../facing.ts';
import { answer, meaningOf, type Receiver, type ReceiverOptions } from '../raw-receiver.ts';

export const DELIVERED = { kind: 'response', statusCode: 200, body: 'success' };
export const RESET = { kind: 'error', code: 'connection_reset' };
export const success = (socket: Socket): void => {
  socket.write(answer(200, 'success'));
};

/** Lets the event loop turn until something is so; the test's time-out bounds it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Faces a receiver and sends it callbacks over kept connections. */
export function useConnections() {
  let receiver: Receiver;
  let sender: HttpSender;

  async function face(options: ReceiverOptions): Promise<void> {
    ({ receiver, sender } = await faceReceiver(options, { resolve: async () => ['127.0.0.1'] }));
  }

  async function send(changes: Partial<CallbackRequest> = {}) {
    const request = { url: receiver.url, headers: {}, body: '{}', timeoutMs: 20_000, ...changes };
    return meaningOf(await sender.send(request));
  }

  /** Settles when at least `count` connections have ended. */
  function anyClosed(count: number): Promise<void> {
    return until(() => receiver.sockets.filter((socket) => socket.destroyed).length >= count);
  }

  return {
    get receiver() {
      return receiver;
    },
    get sender() {
      return sender;
    },
    face,
    send,
    anyClosed,
  };
}
