import { describe, expect, it } from 'vitest';
import { createInitiator, transactionId } from '../../../lib/initiator/index.ts';
import { json, KEY, SHOP, scripted, standing } from './scripted-service.ts';

describe('the options of an initiator', () => {
  it.each([
    ['http elsewhere', { baseUrl: 'http://api.example' }],
    ['credentials', { baseUrl: 'https://me:secret@api.example' }],
    ['no URL', { baseUrl: 'api.example' }],
    ['a query', { baseUrl: 'https://api.example/?a=b' }],
    ['no key', { key: '' }],
    ['no time', { timeoutMs: 0 }],
    ['half a try', { maxTries: 1.5 }],
  ])('are refused with %s', (_what, options) => {
    const make = () => createInitiator({ baseUrl: 'https://api.example', key: KEY, ...options });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_option', retryable: false }));
  });

  it('let http go to this machine, and a path before the API', async () => {
    const { initiator, seen } = scripted([json(404, { code: 'unknown_transaction' })], {
      baseUrl: 'http://127.0.0.1:4510/stage/',
    });
    await initiator.readBack({ merchantId: SHOP, transactionId: transactionId('pay:1') });
    expect(seen[0]?.url).toBe('http://127.0.0.1:4510/stage/v1/merchants/shop/transactions/pay%3A1');
  });
});

describe('an initiator that reads back', () => {
  const key = { merchantId: SHOP, transactionId: transactionId('pay_1') };

  it('knows no transaction only where the API says so', async () => {
    const unknown = scripted([json(404, { code: 'unknown_transaction' })]);
    expect(await unknown.initiator.readBack(key)).toBeUndefined();
    for (const answer of [json(404, { code: 'not_found' }), () => new Response('', { status: 404 })]) {
      const { initiator } = scripted([answer]);
      await expect(initiator.readBack(key)).rejects.toMatchObject({ name: 'InitiatorFault' });
    }
  });

  it('gives the transaction with its versions and notifications', async () => {
    const transaction = { ...standing(), outcomes: [{ version: 1 }], notifications: [] };
    expect(await scripted([json(200, transaction)]).initiator.readBack(key)).toEqual(transaction);
  });
});
