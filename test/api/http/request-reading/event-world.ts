import { beforeEach } from 'vitest';
import { eventClient } from '../../../support/http-events.ts';
import { createWorld } from '../../../support/world.ts';

export const RECORD = '/v1/merchants/demo/transactions/pay_1';
export const BATCH = '/v1/merchants/demo/transactions';

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A world with the merchant `demo`, new for each test, that is called by events as they come over the wire. */
export function useEvents() {
  let world: ReturnType<typeof createWorld>;
  let demo: Awaited<ReturnType<ReturnType<typeof createWorld>['merchant']>>;
  let client: ReturnType<typeof eventClient>;
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo');
    client = eventClient(world.app);
  });

  const send: typeof client = (sent) => client(sent);
  const stored = () => world.ports.held.outcomes.size;

  const record = (body: string | Uint8Array, headers = {}) =>
    send({ method: 'PUT', path: RECORD, key: demo.initiator, body, headers });

  return {
    get world() {
      return world;
    },
    get demo() {
      return demo;
    },
    send,
    stored,
    record,
  };
}
