import { useDemoWorld } from '../../../support/demo-world.ts';
import { eventClient, type SentRequest } from '../../../support/http-events.ts';

export const RECORD = '/v1/merchants/demo/transactions/pay_1';
export const BATCH = '/v1/merchants/demo/transactions';

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A world with the merchant `demo`, new for each test, that is called by events as they come over the wire. */
export function useEvents() {
  const setup = useDemoWorld();
  const send = (sent: SentRequest) => eventClient(setup.world.app)(sent);
  const stored = () => setup.world.ports.contents.outcomes.size;

  const record = (body: string | Uint8Array, headers = {}) =>
    send({ method: 'PUT', path: RECORD, key: setup.demo.initiator, body, headers });

  return Object.assign(setup, { send, stored, record });
}
