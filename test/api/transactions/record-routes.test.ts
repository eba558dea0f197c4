import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { payment } from '../../support/world.ts';

const PATH = 'PUT /v1/merchants/demo/transactions/pay_1';

describe('recording over HTTP', () => {
  const setup = useDemoWorld();
  const stored = () => setup.world.ports.contents.outcomes.size;

  it('answers 201, then 200 for a repetition, then 409 with the stored outcome', async () => {
    const first = await setup.world.call(setup.demo.initiator, PATH, payment({ metadata: { a: 1, b: 2 } }));
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({ transactionId: 'pay_1', version: 1, status: 'SUCCEEDED' });
    const again = await setup.world.call(setup.demo.initiator, PATH, payment({ metadata: { b: 2, a: 1 } }));
    expect(again.status).toBe(200);
    expect(again.json).toEqual(first.json);
    const other = await setup.world.call(
      setup.demo.initiator,
      PATH,
      payment({ status: 'FAILED', metadata: { a: 1, b: 2 } }),
    );
    expect(other.status).toBe(409);
    expect(other.json).toMatchObject({
      code: 'outcome_conflict',
      current: first.json,
      errors: [{ pointer: '/status', code: 'outcome_conflict' }],
    });
    expect(stored()).toBe(1);
  });

  it('ends a PENDING once, and refuses an end that contradicts it', async () => {
    await setup.world.call(setup.demo.initiator, PATH, payment({ status: 'PENDING' }));
    const wrong = await setup.world.call(setup.demo.initiator, PATH, payment({ amount: 1 }));
    expect(wrong.status).toBe(409);
    expect(wrong.json).toMatchObject({
      code: 'outcome_mismatch',
      errors: [{ pointer: '/amount', code: 'outcome_mismatch' }],
      current: { status: 'PENDING' },
    });
    const end = await setup.world.call(setup.demo.initiator, PATH, payment());
    expect(end.json).toMatchObject({ version: 2, status: 'SUCCEEDED' });
    const late = await setup.world.call(setup.demo.initiator, PATH, payment({ status: 'PENDING' }));
    expect(late.json).toMatchObject({ code: 'outcome_conflict', current: { version: 2 } });
  });

  it('names every field that differs in a conflict, single or in a batch', async () => {
    const first = { reference: 'ORDER-1', reason: { code: 'ok', message: 'Fine' }, metadata: { a: 1 } };
    await setup.world.call(setup.demo.initiator, PATH, payment(first));
    const other = {
      status: 'FAILED',
      amount: 1,
      currency: 'USD',
      transactionType: 'refund',
      occurredAt: '2026-11-20T07:00:00Z',
      relatedTransactionId: 'pay_0',
      metadata: { a: 2 },
      notifyUrl: 'https://shop.example/own',
    };
    const fields = (errors: readonly { readonly pointer: string }[]) => errors.map(({ pointer }) => pointer);
    const all = await setup.world.call(setup.demo.initiator, PATH, payment(other));
    expect(all.status).toBe(409);
    expect(fields(all.json.errors).sort()).toEqual(
      [...Object.keys(other), 'reference', 'reason'].map((field) => `/${field}`).sort(),
    );
    const one = await setup.world.call(setup.demo.initiator, PATH, payment({ ...first, amount: 1 }));
    expect(one.json.errors).toEqual([{ pointer: '/amount', code: 'outcome_conflict' }]);
    const { json } = await setup.world.call(setup.demo.initiator, 'POST /v1/merchants/demo/transactions', {
      transactions: [{ transactionId: 'pay_1', ...payment({ ...first, reason: undefined }) }],
    });
    expect(json.results).toMatchObject([
      { code: 'outcome_conflict', errors: [{ pointer: '/reason', code: 'outcome_conflict' }] },
    ]);
    expect(json.results[0].errors).toHaveLength(1);
  });

  it('lets one of many different ends at the same time win', async () => {
    const ends = ['SUCCEEDED', 'FAILED', 'CLOSED', 'SUCCEEDED', 'FAILED'];
    const answers = await Promise.all(
      ends.map((status) => setup.world.call(setup.demo.initiator, PATH, payment({ status }))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(stored()).toBe(1);
  });

  it('keeps an instant with an offset in UTC', async () => {
    const body = payment({ occurredAt: '2026-11-20T15:59:58+08:00' });
    const answer = await setup.world.call(setup.demo.initiator, PATH, body);
    expect(answer.json.occurredAt).toBe('2026-11-20T07:59:58.000Z');
  });

  it('keeps metadata as it was sent, to the byte where JSON has bytes', async () => {
    const metadata = { z: '\u{1F600}', list: [1, 2.5, null, { deep: ['x'] }], empty: {} };
    await setup.world.call(setup.demo.initiator, PATH, payment({ metadata }));
    const asked = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_1');
    expect(asked.json.metadata).toEqual(metadata);
  });

  describe('refuses bad input, each with its own code, and stores nothing', () => {
    const longReason = { code: 'x', message: 'm'.repeat(513) };
    it.each<[string, unknown, number, string, string]>([
      ['an unknown field', payment({ colour: 1 }), 400, 'unknown_field', '/colour'],
      [
        'an unknown nested field',
        payment({ reason: { code: 'a', message: 'b', c: 1 } }),
        400,
        'unknown_field',
        '/reason/c',
      ],
      ['a missing field', { ...payment(), amount: undefined }, 400, 'missing_field', '/amount'],
      ['no status', { ...payment(), status: undefined }, 400, 'missing_field', '/status'],
      ['an unknown status', payment({ status: 'DONE' }), 400, 'invalid_status', '/status'],
      ['a negative amount', payment({ amount: -1 }), 400, 'invalid_amount', '/amount'],
      ['a fractional amount', payment({ amount: 19.99 }), 400, 'invalid_amount', '/amount'],
      ['an amount as text', payment({ amount: '1999' }), 400, 'invalid_amount', '/amount'],
      ['an unsafe amount', payment({ amount: 2 ** 53 }), 400, 'invalid_amount', '/amount'],
      ['an unknown currency', payment({ currency: 'XTS' }), 400, 'unknown_currency', '/currency'],
      ['a currency in lower case', payment({ currency: 'cny' }), 400, 'unknown_currency', '/currency'],
      [
        'an invalid date',
        payment({ occurredAt: '2026-02-30T00:00:00Z' }),
        400,
        'invalid_date',
        '/occurredAt',
      ],
      [
        'a date without offset',
        payment({ occurredAt: '2026-02-20T00:00:00' }),
        400,
        'invalid_date',
        '/occurredAt',
      ],
      ['a date alone', payment({ occurredAt: '2026-02-20' }), 400, 'invalid_date', '/occurredAt'],
      [
        'a date before time',
        payment({ occurredAt: '0000-01-01T00:00:00+14:00' }),
        400,
        'invalid_date',
        '/occurredAt',
      ],
      ['a bad type', payment({ transactionType: 'Pay Ment' }), 400, 'invalid_type_name', '/transactionType'],
      [
        'the type of alerts',
        payment({ transactionType: 'tidings' }),
        400,
        'reserved_type',
        '/transactionType',
      ],
      ['a bad reference', payment({ reference: '' }), 400, 'invalid_reference', '/reference'],
      [
        'a reference with a line break',
        payment({ reference: 'a\nb' }),
        400,
        'invalid_reference',
        '/reference',
      ],
      [
        'a reference that is too long',
        payment({ reference: 'a'.repeat(65) }),
        400,
        'invalid_reference',
        '/reference',
      ],
      [
        'a bad related id',
        payment({ relatedTransactionId: 'a b' }),
        400,
        'invalid_id',
        '/relatedTransactionId',
      ],
      ['a long reason', payment({ reason: longReason }), 400, 'too_long', '/reason/message'],
      [
        'half a surrogate pair',
        payment({ reason: { code: 'x', message: '\ud800' } }),
        400,
        'invalid_text',
        '/reason/message',
      ],
      ['metadata that is a list', payment({ metadata: [] }), 400, 'invalid_value', '/metadata'],
      [
        'metadata over 16 KiB',
        payment({ metadata: { a: 'x'.repeat(16_400) } }),
        400,
        'too_long',
        '/metadata',
      ],
      [
        'a loopback callback URL',
        payment({ notifyUrl: 'https://127.0.0.1/' }),
        400,
        'address_refused',
        '/notifyUrl',
      ],
      [
        'a callback URL over http',
        payment({ notifyUrl: 'http://shop.example/' }),
        400,
        'https_required',
        '/notifyUrl',
      ],
      ['an invalid callback URL', payment({ notifyUrl: 'shop' }), 400, 'invalid_url', '/notifyUrl'],
      [
        'a fraction too fine',
        '{"transactionType":"payment","amount":1.9999999999999999999}',
        400,
        'inexact_number',
        '/amount',
      ],
      ['metadata with 2^64', '{"metadata":{"n":18446744073709551616}}', 400, 'inexact_number', '/metadata'],
      ['metadata with 1e400', '{"metadata":{"n":[1e400]}}', 400, 'inexact_number', '/metadata'],
      ['a prototype key', '{"__proto__":{"amount":1}}', 400, 'forbidden_key', '/__proto__'],
      ['too deep metadata', `{"metadata":${'['.repeat(50)}${']'.repeat(50)}}`, 400, 'too_deep', ''],
    ])('%s', async (_title, body, status, code, pointer) => {
      const answer = await setup.world.call(setup.demo.initiator, PATH, body);
      expect(answer.status).toBe(status);
      expect(answer.json.code).toBe(answer.json.errors[0].code);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      const error = answer.json.errors.find((one: { code: string }) => one.code === code);
      expect(error.pointer.startsWith(pointer)).toBe(true);
      expect(stored()).toBe(0);
    });

    it.each<[string, string, unknown, number, string]>([
      ['malformed JSON', PATH, '{"amount":', 400, 'malformed_json'],
      ['a list for an object', PATH, '[]', 400, 'invalid_type'],
      ['null', PATH, 'null', 400, 'invalid_type'],
      ['an oversize body', PATH, `{"a":"${'x'.repeat(65_536)}"}`, 413, 'body_too_large'],
      ['a bad merchant id', 'PUT /v1/merchants/de%23mo/transactions/pay_1', payment(), 400, 'invalid_id'],
      ['a bad transaction id', 'PUT /v1/merchants/demo/transactions/pay%201', payment(), 400, 'invalid_id'],
      [
        'a long transaction id',
        `PUT /v1/merchants/demo/transactions/${'p'.repeat(65)}`,
        payment(),
        400,
        'invalid_id',
      ],
      ['a parameter that is not there', `${PATH}?a=1`, payment(), 400, 'unknown_parameter'],
    ])('%s', async (_title, request, body, status, code) => {
      const answer = await setup.world.call(setup.demo.initiator, request, body);
      expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
      expect(stored()).toBe(0);
    });

    it('a body without content type', async () => {
      const response = await setup.world.app.request('/v1/merchants/demo/transactions/pay_1', {
        method: 'PUT',
        headers: { authorization: `Bearer ${setup.demo.initiator}` },
        body: new TextEncoder().encode(JSON.stringify(payment())),
      });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
      expect(stored()).toBe(0);
    });

    it('an unknown merchant', async () => {
      const key = await setup.world.call(setup.world.admin, 'POST /v1/keys', { scope: 'initiator' });
      const answer = await setup.world.call(
        key.json.key,
        'PUT /v1/merchants/nobody/transactions/p',
        payment(),
      );
      expect(answer.json).toMatchObject({ status: 404, code: 'unknown_merchant' });
    });
  });

  describe('a batch', () => {
    const batch = (transactions: unknown) =>
      setup.world.call(setup.demo.initiator, 'POST /v1/merchants/demo/transactions', { transactions });

    it('returns a result for each item in order; one bad item affects no other', async () => {
      const answer = await batch([
        { transactionId: 'a', ...payment() },
        { transactionId: 'b', ...payment({ amount: -1 }) },
        { transactionId: 'a', ...payment() },
        { transactionId: 'a', ...payment({ status: 'FAILED' }) },
        7,
        { transactionId: 'c', ...payment({ notifyUrl: 'https://10.0.0.1/' }) },
        { transactionId: 'd', ...payment() },
      ]);
      expect(answer.status).toBe(200);
      expect(answer.json.results).toMatchObject([
        { transactionId: 'a', result: 'created' },
        { transactionId: 'b', code: 'invalid_amount', errors: [{ pointer: '/amount' }] },
        { transactionId: 'a', result: 'unchanged' },
        { transactionId: 'a', code: 'outcome_conflict', current: { status: 'SUCCEEDED' } },
        { code: 'invalid_type' },
        { transactionId: 'c', code: 'address_refused' },
        { transactionId: 'd', result: 'created' },
      ]);
      expect(stored()).toBe(2);
    });

    it('takes a hundred and not one more', async () => {
      const items = Array.from({ length: 101 }, (_, n) => ({ transactionId: `t${n}`, ...payment() }));
      expect((await batch(items)).json).toMatchObject({ code: 'too_long', status: 400 });
      expect(stored()).toBe(0);
      const hundred = await batch(items.slice(1));
      expect(hundred.json.results).toHaveLength(100);
      expect(stored()).toBe(100);
    });

    it('of nothing is refused', async () => {
      expect((await batch([])).json).toMatchObject({ code: 'invalid_value' });
    });
  });
});
