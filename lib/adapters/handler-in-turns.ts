import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createTurns } from './turns.ts';

/** As many connections as the SDK opens by default. */
export const MAX_SOCKETS = 50;

/** Sends a request when a connection is free for it. The handler alone counts a wait for one as a failure to connect. */
export class HandlerInTurns extends NodeHttpHandler {
  readonly #turns = createTurns(MAX_SOCKETS);

  override handle(...request: Parameters<NodeHttpHandler['handle']>): ReturnType<NodeHttpHandler['handle']> {
    const signal = request[1]?.abortSignal;
    return this.#turns.run(() => super.handle(...request), signal as AbortSignal | undefined);
  }
}
