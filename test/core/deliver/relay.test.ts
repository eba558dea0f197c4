import { describe, expect, it } from 'vitest';
import { measureRelay, RECORD_KINDS } from '../../../bench/relay/measure.ts';
import { relay, type StreamedOutcome } from '../../../lib/core/deliver/relay.ts';
import { Fault, unreadableRowFault } from '../../../lib/core/faults.ts';
import type { World } from '../../support/demo-world.ts';
import { createWorld, payment } from '../../support/world.ts';

const outage = () => new Fault({ code: 'unavailable', message: 'away', retryable: true });

/** A shop with an endpoint, and the stream's records of as many payments. */
async function recorded(count: number) {
  const world = createWorld();
  const shop = await world.merchant('demo');
  await shop.endpoint();
  for (let n = 0; n < count; n += 1) {
    await world.call(shop.initiator, `PUT /v1/merchants/demo/transactions/pay_${n}`, payment());
  }
  const outcomes = [...world.ports.contents.outcomes.values()];
  const records = outcomes.map(
    (outcome, index): StreamedOutcome => ({
      kind: 'outcome',
      recordId: String(index),
      outcome,
      payload: '{}',
    }),
  );
  return { world, records };
}

const told = (world: World) => world.queue.map(({ message }) => message.transactionId).sort();

describe('relay', () => {
  it.each(RECORD_KINDS)('relays a thousand times %s in a second, at 5 ms a call', async (kind) => {
    const run = { kind, records: 1_000, merchants: 10, callMs: 5 };
    const { perSecond, messages } = await measureRelay(run);
    expect(messages).toBe(1_000);
    expect(perSecond).toBeGreaterThanOrEqual(1_000);
  });

  it('reads what many records need once: a merchant, and the health of its endpoint', async () => {
    const { callsEach } = await measureRelay({ kind: 'an end', records: 100, merchants: 1, callMs: 5 });
    // One merchant, one health, ten requests of ten messages.
    expect(callsEach * 100).toBe(12);
  });

  it('returns only when every lane has taken its messages', async () => {
    const { world, records } = await recorded(3);
    let isTaken = false;
    const dispatcher = {
      ...world.ports.dispatcher,
      sendNow: async (...args: Parameters<typeof world.ports.dispatcher.sendNow>) => {
        await new Promise((resolve) => setImmediate(resolve));
        await world.ports.dispatcher.sendNow(...args);
        isTaken = true;
      },
    };
    await relay({ ...world.ports, dispatcher }, records);
    expect(isTaken).toBe(true);
  });

  it('leaves the whole batch to be relayed again where one record met a fault, and hands over none of it', async () => {
    const { world, records } = await recorded(5);
    const config = world.ports.configs;
    let asked = 0;
    const configs = {
      ...config,
      get: async (...args: Parameters<typeof config.get>) => {
        asked += 1;
        if (asked === 3) throw outage();
        return config.get(...args);
      },
    };
    await expect(relay({ ...world.ports, configs }, records)).rejects.toMatchObject({ code: 'unavailable' });
    expect(told(world)).toEqual([]);
    await relay(world.ports, records);
    expect(told(world)).toEqual(['pay_0', 'pay_1', 'pay_2', 'pay_3', 'pay_4']);
  });

  it.each(['sendNow', 'sendAllAt'] as const)('fails where %s of one lane fails', async (failing) => {
    const { world, records } = await recorded(1);
    const dispatcher = { ...world.ports.dispatcher, [failing]: () => Promise.reject(outage()) };
    await expect(relay({ ...world.ports, dispatcher }, records)).rejects.toMatchObject({ retryable: true });
  });

  it('parks a record with an unreadable PENDING, and relays its neighbours', async () => {
    const { world, records } = await recorded(3);
    const [first, second, third] = records;
    if (second?.kind !== 'outcome' || first === undefined || third === undefined) throw new Error('three');
    const ended: StreamedOutcome = { ...second, outcome: { ...second.outcome, version: 2 } };
    const read = () => Promise.reject(unreadableRowFault('T#demo#pay_1 V#0001', 'no amount'));
    const outcomes = { ...world.ports.outcomes, read };
    await relay({ ...world.ports, outcomes }, [first, ended, third]);
    expect(told(world)).toEqual(['pay_0', 'pay_2']);
    expect([...world.ports.contents.parked.values()].map(({ recordId }) => recordId)).toEqual(['1']);
    expect(world.events).toContainEqual(expect.objectContaining({ event: 'record_parked', recordId: '1' }));
  });
});
