import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { commitWithOutcome } from '../../lib/initiator/dynamodb.ts';
import { createInitiator } from '../../lib/initiator/index.ts';
import { createFakeMachine } from './client/fake-machine.ts';
import { payment, SHOP } from './client/scripted-service.ts';

/** Values that JSON cannot express are refused alike on every way to record, before anything is sent or written. */

async function refusals(changes: object) {
  let sent = 0;
  const count = () => {
    sent += 1;
    return Promise.reject(new Error('must not be reached'));
  };
  const { machine } = createFakeMachine();
  const initiator = createInitiator({ baseUrl: 'https://api.example', key: 'tk_a_b', fetch: count, machine });
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }));
  client.send = count as never;
  const given = withGetters(payment(), changes);
  const faultOf = (promise: Promise<unknown>) =>
    promise.then(
      () => ({ code: 'recorded' }),
      ({ name, code, retryable, errors }) => ({ name, code, retryable, errors }),
    );
  const recorded = await faultOf(initiator.record(given as never));
  const committed = await faultOf(
    commitWithOutcome(client, { tableName: 't', transactItems: [], outcome: given as never }),
  );
  const { merchantId: _, ...outcome } = payment();
  const outcomes = [withGetters(outcome, changes)] as never;
  const batch = await initiator.recordBatch({ merchantId: SHOP, outcomes });
  expect(sent).toBe(0);
  return { recorded, committed, batch };
}

/** Keeps getters as they are: a spread would run them. */
function withGetters(base: object, changes: object): object {
  return Object.defineProperties(base, Object.getOwnPropertyDescriptors(changes));
}

class Money {
  readonly cents = 100;
}
const circle: Record<string, unknown> = {};
circle.self = circle;
const throwing = Object.defineProperty({}, 'at', {
  enumerable: true,
  get() {
    throw new Error('lazy loading failed');
  },
});
const shared = Array.from({ length: 25 }).reduce<object>((part) => ({ a: part, b: part }), {});
/** A thousand times the same thousand fields without a value. */
const part = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`f${at}`, undefined]));
const hollow = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`f${at}`, part]));

const IN_METADATA: readonly (readonly [string, unknown, string, string])[] = [
  ['a Map', { at: new Map([['a', 1]]) }, '/metadata/at', 'not_json'],
  ['a Set', { at: new Set([1]) }, '/metadata/at', 'not_json'],
  ['a Date', { at: new Date(0) }, '/metadata/at', 'not_json'],
  ['a RegExp', { at: /a/ }, '/metadata/at', 'not_json'],
  ['bytes', { at: Buffer.from('a') }, '/metadata/at', 'not_json'],
  ['an error', { at: new Error('a') }, '/metadata/at', 'not_json'],
  ['a function', { at: () => 1 }, '/metadata/at', 'not_json'],
  ['a symbol', { at: Symbol('a') }, '/metadata/at', 'not_json'],
  ['a symbol for a key', { at: { [Symbol('a')]: 1 } }, '/metadata/at', 'not_json'],
  ['undefined', { at: undefined }, '/metadata/at', 'not_json'],
  ['undefined in a list', { list: [1, undefined] }, '/metadata/list/1', 'not_json'],
  ['a list with a hole', { list: new Array(2) }, '/metadata/list', 'not_json'],
  ['a list with a name', { list: Object.assign([1], { name: 1 }) }, '/metadata/list', 'not_json'],
  [
    'a list with a hole and a name',
    { list: Object.assign(new Array(1), { name: 1 }) },
    '/metadata/list',
    'not_json',
  ],
  ['an instance of a class', { price: new Money() }, '/metadata/price', 'not_json'],
  ['a boxed text', { at: new String('a') }, '/metadata/at', 'not_json'],
  ['an object that says itself otherwise', { at: { toJSON: () => 1 } }, '/metadata/at', 'not_json'],
  ['a promise', { at: Promise.resolve(1) }, '/metadata/at', 'not_json'],
  ['a cycle', circle, '/metadata/self', 'not_json'],
  ['a getter that throws', { inner: throwing }, '/metadata/inner/at', 'not_json'],
  ['a key with a slash', { 'a/b': { '~': new Date(0) } }, '/metadata/a~1b/~0', 'not_json'],
  ['parts that are shared without end', { shared }, '', 'too_long'],
  ['a bigint', { at: 100n }, '/metadata', 'inexact_number'],
  ['NaN', { at: Number.NaN }, '/metadata', 'inexact_number'],
  ['Infinity', { at: Number.POSITIVE_INFINITY }, '/metadata', 'inexact_number'],
  ['a number beyond 2^53', { at: 2 ** 53 }, '/metadata', 'inexact_number'],
  ['half a surrogate pair', { at: '\ud800' }, '/metadata', 'invalid_text'],
  ['half a surrogate pair in a key', { '\udc00': 1 }, '/metadata', 'invalid_text'],
  ['NUL', { at: ['a\0'] }, '/metadata', 'invalid_text'],
  ['too much', { at: 'x'.repeat(16 * 1024) }, '/metadata', 'too_long'],
];

const IN_FIELDS: readonly (readonly [string, object, string, string])[] = [
  ['an amount of 100n', { amount: 100n }, '/amount', 'invalid_amount'],
  ['an amount of NaN', { amount: Number.NaN }, '/amount', 'invalid_amount'],
  ['an amount beyond 2^53', { amount: 2 ** 53 }, '/amount', 'invalid_amount'],
  ['a boxed amount', { amount: new Number(1) }, '/amount', 'not_json'],
  ['a Date for a time', { occurredAt: new Date(0) }, '/occurredAt', 'not_json'],
  ['a symbol for a type', { transactionType: Symbol('payment') }, '/transactionType', 'not_json'],
  ['a Map for metadata', { metadata: new Map() }, '/metadata', 'not_json'],
  ['a list for metadata', { metadata: [100n] }, '/metadata', 'invalid_value'],
  ['an instance for a reason', { reason: new Money() }, '/reason', 'not_json'],
  ['a reason of parts that are shared, and hold nothing', { reason: { hollow } }, '', 'too_long'],
  ['a number for a reference', { reference: Number.NaN }, '/reference', 'invalid_reference'],
  ['NUL in a reference', { reference: 'a\0' }, '/reference', 'invalid_reference'],
  ['NUL in a reason', { reason: { code: 'x', message: '\0' } }, '/reason/message', 'invalid_text'],
  ['half a pair in a URL', { notifyUrl: 'https://a.example/\ud800' }, '/notifyUrl', 'invalid_url'],
  ['a URL object', { notifyUrl: new URL('https://a.example/') }, '/notifyUrl', 'not_json'],
  ['a symbol for an id', { transactionId: Symbol('pay_1') }, '/transactionId', 'not_json'],
  ['a number for an id', { transactionId: 1 }, '/transactionId', 'invalid_id'],
];

describe('what JSON cannot say', () => {
  it.each([
    ...IN_METADATA.map(([what, metadata, pointer, code]) => [what, { metadata }, pointer, code] as const),
    ...IN_FIELDS,
  ])('is refused alike however it is recorded: %s', async (_what, changes, pointer, code) => {
    const fault = { name: 'InitiatorFault', code, retryable: false, errors: [{ pointer, code }] };
    const { recorded, committed, batch } = await refusals(changes);
    expect(recorded).toMatchObject(fault);
    // The detail is the same, too.
    expect(committed).toEqual(recorded);
    expect(batch).toEqual([{ kind: 'refused', code, errors: (recorded as typeof fault).errors }]);
  });

  it('is nothing of this: fields left undefined, objects of another realm, shared parts, and -0', async () => {
    const seen: string[] = [];
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      seen.push(String(init?.body));
      return new Response('', { status: 503 });
    };
    const { machine } = createFakeMachine();
    const initiator = createInitiator({
      baseUrl: 'https://api.example',
      key: 'tk_a_b',
      fetch,
      machine,
      maxTries: 1,
    });
    const part = { a: [1, null, true] };
    const metadata = Object.assign(Object.create(null), { left: part, right: part, zero: -0 });
    const changes = { reference: undefined, metadata };
    await initiator.record(payment(changes as never)).catch(() => undefined);
    expect(JSON.parse(seen[0] ?? '').metadata).toEqual({ left: part, right: part, zero: 0 });
    expect(seen[0]).not.toContain('reference');
  });

  it('is refused in a check of a PENDING, too', async () => {
    const pending = (checkBack: unknown) => refusals({ status: 'PENDING', checkBack });
    for (const [checkBack, pointer, code] of [
      [{ url: 'https://bank.example/\ud800' }, '/checkBack/url', 'invalid_url'],
      [
        { url: 'https://bank.example/', afterSeconds: Number.NaN },
        '/checkBack/afterSeconds',
        'invalid_value',
      ],
      [{ url: new URL('https://bank.example/') }, '/checkBack/url', 'not_json'],
    ] as const) {
      const { recorded, batch } = await pending(checkBack);
      expect(recorded).toMatchObject({ code, retryable: false, errors: [{ pointer, code }] });
      expect(batch).toEqual([{ kind: 'refused', code, errors: [{ pointer, code }] }]);
    }
  });

  it('is refused where there is no outcome at all', async () => {
    const { machine } = createFakeMachine();
    const initiator = createInitiator({ baseUrl: 'https://api.example', key: 'tk_a_b', machine });
    for (const nothing of [undefined, null, 1, 'x', [], new Map()]) {
      await expect(initiator.record(nothing as never)).rejects.toMatchObject({
        name: 'InitiatorFault',
        retryable: false,
      });
      const [result] = await initiator.recordBatch({ merchantId: SHOP, outcomes: [nothing] as never });
      expect(result).toMatchObject({ kind: 'refused' });
    }
    await expect(
      initiator.recordBatch({ merchantId: SHOP, outcomes: undefined as never }),
    ).rejects.toMatchObject({ code: 'invalid_option', message: expect.stringContaining('outcomes') });
  });
});
