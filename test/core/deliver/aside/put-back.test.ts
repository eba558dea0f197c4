import { describe, expect, it } from 'vitest';
import type { ParkedRecord } from '../../../../lib/core/deliver/aside/parked-list.ts';
import { keyOfParked, putBack } from '../../../../lib/core/deliver/aside/put-back.ts';
import { relay, type StreamedOutcome } from '../../../../lib/core/deliver/relay.ts';
import { Fault, unreadableRowFault } from '../../../../lib/core/faults.ts';
import { audit, sweep } from '../../../support/scheduled-runs.ts';
import { createWorld, payment } from '../../../support/world.ts';

const MINUTE_MS = 60_000;

/** The record of the stream, as AWS hands it over. */
function payloadOf(transactionId: string, version = 1): string {
  const Keys = { pk: { S: `T#demo#${transactionId}` }, sk: { S: `V#000${version}` } };
  return JSON.stringify({ ApproximateCreationDateTime: 1, Keys, NewImage: { ...Keys, amount: { N: '1' } } });
}

async function shopWithParked(changes: object = {}) {
  const world = createWorld();
  const demo = await world.merchant('demo');
  await demo.endpoint();
  const put = (id: string, more: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment({ ...changes, ...more }));
  await put('pay_1');
  const parked: ParkedRecord[] = [];
  const park = async (transactionId: string, version = 1) => {
    const record: StreamedOutcome = {
      kind: 'unreadable',
      recordId: `record-${transactionId}`,
      reason: 'not_an_outcome',
      payload: payloadOf(transactionId, version),
    };
    await relay(world.ports, [record]);
    const held = [...world.ports.contents.parked.values()].find((one) => one.recordId === record.recordId);
    if (held === undefined) throw new Error('nothing was parked');
    parked.push(held);
  };
  await park('pay_1');
  const ports = {
    ...world.ports,
    parked: { remove: async (record: ParkedRecord) => void parked.splice(parked.indexOf(record), 1) },
  };
  const first = (): ParkedRecord => {
    const [record] = parked;
    if (record === undefined) throw new Error('nothing is parked');
    return record;
  };
  const states = async (id = 'pay_1') => {
    const { json } = await world.call(demo.receiver, `GET /v1/transactions/${id}`);
    return json.notifications.map(({ state }: { state: string }) => state);
  };
  const closeAndAudit = async () => {
    world.time.nowMs += 30 * MINUTE_MS;
    await world.closeWindows();
    await audit(world);
  };
  const sweepLater = async () => {
    world.time.nowMs += 10 * MINUTE_MS;
    await sweep(world);
  };
  return { world, demo, put, parked, park, ports, first, states, closeAndAudit, sweepLater };
}

const unreadable = () => Promise.reject(new SyntaxError('Unexpected token in\nmetadata'));

describe('a parked record that is put back', () => {
  it('is relayed, and gone', async () => {
    const { world, ports, parked, first, states } = await shopWithParked();
    expect(await putBack(ports, first())).toEqual({ kind: 'relayed' });
    expect(parked).toEqual([]);
    await world.drain();
    expect(await states()).toEqual(['delivered']);
    expect(world.requests).toHaveLength(1);
  });

  it('is delivered once although it is put back twice and the audit created its notification', async () => {
    const { world, ports, first, states, closeAndAudit, sweepLater } = await shopWithParked();
    const record = first();
    await closeAndAudit();
    await sweepLater();
    await putBack(ports, record);
    await putBack({ ...ports, parked: { remove: async () => undefined } }, record);
    await world.drain();
    expect(await states()).toEqual(['delivered']);
    expect(world.requests).toHaveLength(1);
  });

  it('stays where the process dies before its messages are handed over, or before it is removed', async () => {
    const { world, ports, parked, first, states } = await shopWithParked();
    const away = () => Promise.reject(new Fault({ code: 'unavailable', message: 'away', retryable: true }));
    const dispatcher = { ...ports.dispatcher, sendNow: away };
    await expect(putBack({ ...ports, dispatcher }, first())).rejects.toThrow('away');
    expect(parked).toHaveLength(1);
    await expect(putBack({ ...ports, parked: { remove: away } }, first())).rejects.toThrow('away');
    expect(parked).toHaveLength(1);
    await putBack(ports, first());
    expect(parked).toHaveLength(0);
    await world.drain();
    expect(await states()).toEqual(['delivered']);
    expect(world.requests).toHaveLength(1);
  });

  it('is left, with the reason, while its outcome cannot be read, is not there, or cannot be relayed', async () => {
    const { ports, parked, first } = await shopWithParked();
    const left = (outcomes: object) =>
      putBack({ ...ports, outcomes: { ...ports.outcomes, ...outcomes } }, first());
    expect(await left({ read: unreadable })).toEqual({
      kind: 'left',
      reason: 'unreadable: SyntaxError: Unexpected token in metadata',
    });
    const broken = unreadableRowFault('T#demo#pay_1', new SyntaxError('Unexpected token'));
    expect(await left({ read: () => Promise.reject(broken) })).toMatchObject({
      kind: 'left',
      reason: /^unreadable: .*The row T#demo#pay_1 cannot be read/,
    });
    expect(await left({ read: async () => undefined })).toMatchObject({ reason: /^not_found/ });
    const configs = { ...ports.configs, get: async () => undefined };
    expect(await putBack({ ...ports, configs }, first())).toEqual({
      kind: 'left',
      reason: 'unknown_merchant',
    });
    const nothing = { ...first(), payload: '{"Keys":{"pk":{"S":"M#demo"}}}' };
    expect(await putBack(ports, nothing)).toMatchObject({ reason: /^not_an_outcome/ });
    expect(parked).toHaveLength(1);
  });

  it('is asked about again where it is a PENDING', async () => {
    const { world, ports, first } = await shopWithParked({
      status: 'PENDING',
      checkBack: { url: 'https://bank.example/checks', afterSeconds: 60 },
    });
    await putBack(ports, first());
    expect(world.queue).toMatchObject([{ lane: 'check', message: { transactionId: 'pay_1', rev: 0 } }]);
  });
});

describe('the key of a parked record', () => {
  it.each([
    ['the whole record', payloadOf('pay:1-_'), { merchantId: 'demo', transactionId: 'pay:1-_', version: 1 }],
    [
      'a record whose end was cut off',
      payloadOf('pay_1', 2).slice(0, 110),
      { merchantId: 'demo', transactionId: 'pay_1', version: 2 },
    ],
    ['a record of a notification', payloadOf('pay_1').replaceAll('V#0001', 'N#0001#ep_1'), undefined],
    ['nothing that is JSON', 'garbage', undefined],
  ])('is read from %s', (_, payload, expected) => {
    expect(keyOfParked({ payload })).toEqual(expected);
  });

  it('is not taken from a user’s text', () => {
    const forged = JSON.stringify('{"pk":{"S":"T#other#pay_9"},"sk":{"S":"V#0001"}}');
    expect(keyOfParked({ payload: `{"metadata":{"S":${forged}}}` })).toBeUndefined();
  });
});

describe('what was parked and is not put back', () => {
  it('is made by the audit and delivered, where its outcome can be read', async () => {
    const { world, states, closeAndAudit, sweepLater } = await shopWithParked();
    await closeAndAudit();
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(1);
    await sweepLater();
    await world.drain();
    expect(await states()).toEqual(['delivered']);
  });

  it('is asked about by the sweep where it is a PENDING', async () => {
    const { world, sweepLater } = await shopWithParked({
      status: 'PENDING',
      checkBack: { url: 'https://bank.example/checks', afterSeconds: 60 },
    });
    await sweepLater();
    expect(world.queue).toMatchObject([{ lane: 'check', message: { transactionId: 'pay_1' } }]);
  });

  it('holds up its merchant’s audit where its outcome cannot be read, and no other notification', async () => {
    const { world, put, closeAndAudit } = await shopWithParked();
    const made = () =>
      world.events.flatMap((event) => (event.event === 'lost' ? [String(event.transactionId)] : []));
    await put('pay_2');
    const { transaction } = world.ports.outcomes;
    world.ports.outcomes.transaction = (key) =>
      key.transactionId === 'pay_1'
        ? Promise.reject(unreadableRowFault('T#demo#pay_1', new SyntaxError('Unexpected token')))
        : transaction(key);
    await closeAndAudit();
    expect(world.events.filter(({ event }) => event === 'audit_failed')).toMatchObject([
      { merchantId: 'demo', reason: expect.stringContaining('unreadable_row') },
    ]);
    world.ports.outcomes.transaction = transaction;
    expect(made()).toEqual(['pay_2']);
    await closeAndAudit();
    expect(made()).toEqual(['pay_2', 'pay_1']);
  });

  it('is audited again where it is the table that is away', async () => {
    const { world, closeAndAudit } = await shopWithParked();
    const { transaction } = world.ports.outcomes;
    world.ports.outcomes.transaction = () =>
      Promise.reject(new Fault({ code: 'unavailable', message: 'away', retryable: true }));
    await closeAndAudit();
    expect(world.events.map(({ event }) => event)).toContain('audit_failed');
    world.ports.outcomes.transaction = transaction;
    await closeAndAudit();
    expect(world.events.map(({ event }) => event)).toContain('lost');
  });
});
