import { describe, expect, it } from 'vitest';
import { recordFromQueue } from '../../../lib/core/record/intake.ts';
import { createWorld, payment } from '../../support/world.ts';

async function intake() {
  const world = createWorld();
  const demo = await world.merchant('demo');
  const ports = { ...world.ports, recorders: { '111111111111': ['*'], '222222222222': ['other'] } };
  const send = (body: unknown) =>
    recordFromQueue(ports, { messageId: 'm', body: typeof body === 'string' ? body : JSON.stringify(body) });
  const item = (changes: object = {}) => ({
    merchantId: 'demo',
    transactionId: 'pay_1',
    ...payment(),
    ...changes,
  });
  const event = (detail: unknown, account = '111111111111') => ({
    version: '0',
    id: 'e',
    'detail-type': 'Transaction Outcome',
    source: 'bank',
    account,
    time: '2026-11-20T08:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail,
  });
  const transaction = async () => (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).json;
  const reasons = () => world.deadLetters.map(({ reason }) => reason);
  return { world, ports, send, item, event, transaction, reasons };
}

describe('recording from a queue', () => {
  it('records an outcome once, sent as a plain message and as an event', async () => {
    const { send, item, event, transaction, reasons } = await intake();
    await send(item());
    await send(item());
    await send(event(item()));
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED', version: 1 });
    expect(reasons()).toEqual([]);
  });

  it('prepares too, and ends what was prepared', async () => {
    const { send, item, transaction, world } = await intake();
    const checkBack = { url: 'https://bank.example/check' };
    await send(item({ status: 'PENDING', checkBack }));
    expect(world.ports.contents.checks.get('demo#pay_1')).toMatchObject({ state: 'waiting' });
    await send(item());
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED', version: 2 });
  });

  it('puts away what can never be recorded, with the reason and as it came', async () => {
    const { send, item, event, reasons, world } = await intake();
    await send(item());
    await send(item({ status: 'FAILED' }));
    await send(item({ transactionId: 'pay_2', status: 'PENDING' }));
    await send(item({ transactionId: 'pay_2', amount: 1 }));
    await send(item({ merchantId: 'nobody' }));
    await send(item({ notifyUrl: 'http://10.0.0.1/' }));
    await send(item({ checkBack: { url: 'https://bank.example/' } }));
    await send(item({ amount: 1.5, currency: 'XXX1' }));
    await send('{"merchantId":');
    await send('{"merchantId":"demo","__proto__":{}}');
    await send(event('text'));
    await send(event(item({ extra: 1 })));
    expect(reasons()).toEqual([
      'outcome_conflict: SUCCEEDED is recorded as version 1, with another status',
      'outcome_mismatch: amount',
      'unknown_merchant',
      'https_required /notifyUrl',
      'check_back_not_pending /checkBack',
      'invalid_outcome: invalid_amount /amount, unknown_currency /currency',
      'malformed_json',
      'forbidden_key /__proto__',
      expect.stringMatching(/^invalid_outcome: /),
      expect.stringMatching(/^invalid_outcome: .*extra/),
    ]);
    expect(world.deadLetters[6]?.body).toBe('{"merchantId":');
    expect(world.events.filter(({ event: name }) => name === 'intake_refused')).toHaveLength(10);
  });

  it.each<[string, string, string]>([
    [
      'half a surrogate pair in a URL',
      '"notifyUrl":"https://a.example/\\ud800"',
      'invalid_outcome: invalid_url /notifyUrl',
    ],
    [
      'half a surrogate pair in metadata',
      '"metadata":{"a":"\\ud800"}',
      'invalid_outcome: invalid_text /metadata',
    ],
    ['NUL in a key', '"metadata":{"\\u0000":1}', 'invalid_outcome: invalid_text /metadata'],
    ['a key twice', '"amount":1', 'duplicate_key /amount'],
    ['a number that becomes 0', '"metadata":{"a":[1e-400]}', 'inexact_number /metadata/a/0'],
    ['a key that no object may have', '"metadata":{"constructor":1}', 'forbidden_key /metadata/constructor'],
    [
      'metadata nested too deep',
      `"metadata":{"a":${'['.repeat(31)}${']'.repeat(31)}}`,
      `too_deep /metadata/a${'/0'.repeat(30)}`,
    ],
    ['more than a body holds', `"metadata":{"a":"${'x'.repeat(65_536)}"}`, 'body_too_large'],
    [
      'a URL of another host than it seems',
      '"notifyUrl":"https://a\u200b.example/"',
      'invalid_url /notifyUrl',
    ],
  ])('puts away at once, alone or in an event: %s', async (_, field, reason) => {
    const { send, item, event, reasons, world } = await intake();
    const write = (message: unknown) => JSON.stringify(message).replace('"transactionId":', `${field},$&`);
    await send(write(item()));
    await send(write(event(item())));
    expect(reasons()).toEqual([reason, reason]);
    expect(world.ports.contents.outcomes.size).toBe(0);
  });

  it('lets metadata nest as deep as over HTTP, and ignores what is beside the detail', async () => {
    const { send, item, event, reasons } = await intake();
    const metadata = JSON.parse('{"a":'.repeat(30).concat('{}', '}'.repeat(30)));
    await send(item({ metadata }));
    const around = JSON.stringify(event(item({ metadata }))).replace(
      '{',
      '{"resourceId":12345678901234567890,',
    );
    await send(`\ufeff${around}`);
    expect(reasons()).toEqual([]);
  });

  it('accepts events only from accounts that are permitted for the merchant', async () => {
    const { send, item, event, reasons, transaction } = await intake();
    await send(event(item(), '222222222222'));
    await send(event(item(), '333333333333'));
    await send(event(item(), 'constructor'));
    expect(reasons()).toEqual(['account_without_scope', 'account_without_scope', 'account_without_scope']);
    expect(await transaction()).toMatchObject({ code: 'unknown_transaction' });
    await send(event(item({ merchantId: 'other' }), '222222222222'));
    expect(reasons().at(-1)).toBe('unknown_merchant');
  });

  it('brings back what may be recorded later: the table is away, or the dead letters are', async () => {
    const { ports, send, item, reasons, transaction } = await intake();
    const { putIfAbsent } = ports.outcomes;
    ports.outcomes.putIfAbsent = () => Promise.reject(new Error('away'));
    await expect(send(item())).rejects.toThrow('away');
    ports.outcomes.putIfAbsent = putIfAbsent;
    ports.deadLetters.add = () => Promise.reject(new Error('away'));
    await expect(send('no JSON')).rejects.toThrow('away');
    await send(item());
    expect(reasons()).toEqual([]);
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED' });
  });
});
