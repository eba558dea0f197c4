import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CheckBackAnswer,
  type CheckBackOptions,
  createCheckBackHandler,
} from '../../../lib/initiator/index.ts';
import { ask, CHECK, END, PUBLIC_KEY, signed } from './asked-initiator.ts';

describe('an initiator that is asked', () => {
  it('gets the transaction of the question, and answers what it knows', async () => {
    const asked: unknown[] = [];
    const answer = await ask((check) => {
      asked.push(check);
      return END;
    });
    expect(asked).toEqual([CHECK]);
    expect(answer).toEqual({ status: 200, json: END });
  });

  it('does not reveal its transaction to another merchant with the same transaction id', async () => {
    const asked: unknown[] = [];
    const lookUp = (check: unknown) => {
      asked.push(check);
      return END;
    };
    const foreign = signed(JSON.stringify({ ...CHECK, merchantId: 'mallory' }));
    const refused = { status: 403, json: { code: 'foreign_merchant' } };
    expect(await ask(lookUp, foreign)).toEqual(refused);
    expect(await ask(lookUp, foreign, { merchantIds: ['shop', 'mall', 'mallory2'] })).toEqual(refused);
    expect(asked).toEqual([]);
    expect(await ask(lookUp, foreign, { merchantIds: ['shop', 'mallory'] })).toMatchObject({ status: 200 });
    expect(await ask(lookUp, foreign, { merchantIds: '*' })).toMatchObject({ status: 200 });
  });

  it.each([undefined, [], ['not a merchant'], 'shop'])(
    'must say whose transactions it answers for: %s',
    (given) => {
      const merchantIds = given as '*';
      const make = () => createCheckBackHandler({ publicKeys: PUBLIC_KEY, merchantIds, lookUp: () => END });
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    },
  );

  it.each<[string, CheckBackAnswer, number, object]>([
    ['that it is pending', { status: 'PENDING' }, 200, { status: 'PENDING' }],
    ['that it does not know it', 'unknown', 404, { status: 'UNKNOWN' }],
    [
      'why it failed, in UTC, and nothing that was not asked for',
      {
        ...END,
        status: 'FAILED',
        occurredAt: '2026-11-20T09:00:00+02:00',
        reason: { code: 'no_funds', message: 'No funds.' },
        card: '4242',
      } as CheckBackAnswer,
      200,
      { ...END, status: 'FAILED', reason: { code: 'no_funds', message: 'No funds.' } },
    ],
  ])('says %s', async (_what, known, status, json) => {
    expect(await ask(async () => known)).toEqual({ status, json });
  });

  it.each<[string, CheckBackOptions['lookUp']]>([
    [
      'throws',
      () => {
        throw new Error('the database is away');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('undefined is not a function'))],
    ['returns nothing', () => undefined as never],
    ['returns null', () => null as never],
    ['returns an end without amount', () => ({ status: 'SUCCEEDED' }) as never],
    ['returns an invalid amount', () => ({ ...END, amount: 19.99 })],
    ['returns an invalid time', () => ({ ...END, occurredAt: 'yesterday' })],
    ['returns an invalid reason', () => ({ ...END, reason: 'no funds' }) as never],
    ['never returns', () => new Promise(() => {})],
  ])('says 503 and never "unknown" where its look-up %s', async (_what, lookUp) => {
    const errors: unknown[] = [];
    const answer = await ask(lookUp, undefined, { timeoutMs: 20, onError: (error) => errors.push(error) });
    expect(answer.status).toBe(503);
    expect(errors).toHaveLength(1);
    // What went wrong is nothing for the other side.
    expect(JSON.stringify(answer.json)).not.toContain('database');
  });

  it('answers nothing but 200, 404 and 503 to the service, and 404 only where it says "unknown"', async () => {
    const returned = fc.oneof(
      fc.constant('unknown'),
      fc.anything(),
      fc.record({
        status: fc.constantFrom('SUCCEEDED', 'FAILED', 'PENDING', 'unknown', 'UNKNOWN'),
        amount: fc.anything(),
        currency: fc.constantFrom('CNY', 'cny'),
        occurredAt: fc.constantFrom(END.occurredAt, ''),
      }),
    );
    await fc.assert(
      fc.asyncProperty(returned, async (value) => {
        const { status } = await ask(() => value as never);
        expect([200, 404, 503]).toContain(status);
        expect(status === 404).toBe(value === 'unknown');
      }),
    );
  });
});
