import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { payment, START_MS } from '../../support/world.ts';

const PAST = new Date(START_MS).toISOString();

describe('a refused field', () => {
  const setup = useDemoWorld();
  const detailOf = async (request: string, body?: unknown, key = setup.world.admin) => {
    const { json } = await setup.world.call(key, request, body);
    const [first] = json.errors;
    expect(json.detail).toBe(first.detail);
    return [json.code, first.detail];
  };
  const list = (query: string) => detailOf(`GET ${query}`, undefined, setup.demo.receiver);
  const record = (changes: object) =>
    detailOf('PUT /v1/merchants/demo/transactions/pay_1', { ...payment(), ...changes }, setup.demo.initiator);

  it.each([
    ['/v1/transactions?limit=100000', 'invalid_value', 'Use an integer from 1 to 500.'],
    ['/v1/transactions?limit=0', 'invalid_value', 'Use an integer from 1 to 500.'],
    ['/v1/transactions?limit=1.5', 'invalid_value', 'Use an integer from 1 to 500.'],
    ['/v1/transactions?limit=05', 'invalid_value', 'Use an integer from 1 to 500.'],
    ['/v1/transactions?limit=%2B5', 'invalid_value', 'Use an integer from 1 to 500.'],
    ['/v1/transactions?limit=1e2', 'invalid_value', 'Use an integer from 1 to 500.'],
    ['/v1/transactions?reference=A&limit=100', 'invalid_value', 'By reference, use 1 to 20.'],
    ['/v1/transactions?status=DONE', 'invalid_status', 'Use SUCCEEDED, FAILED or CLOSED.'],
    [`/v1/stats?from=${PAST}&resolution=minute`, 'invalid_value', 'Use hour or day.'],
    [`/v1/windows?from=${PAST}&times=1`, 'invalid_value', 'Use true.'],
    [`/v1/windows/${PAST}/transactions?bucket=256`, 'invalid_value', 'Use an integer from 0 to 255.'],
    [`/v1/windows/${PAST}/transactions?bucket=00`, 'invalid_value', 'Use an integer from 0 to 255.'],
    ['/v1/statements/1969-12-31', 'invalid_date', 'Use a day from 1970-01-02 to 9999-12-29.'],
    ['/v1/statements/yesterday', 'invalid_date', 'Write a day as 2026-11-20.'],
  ])('of %s says what it takes', async (query, code, detail) => {
    expect(await list(query)).toEqual([code, detail]);
  });

  it.each([
    [{ status: 'SUCCESS' }, 'invalid_status', 'Use PENDING, SUCCEEDED, FAILED or CLOSED.'],
    [{ metadata: [] }, 'invalid_value', 'Use an object.'],
    [
      { reason: { code: 'a b', message: 'x' } },
      'invalid_value',
      'Use text that matches /^[A-Za-z0-9_.-]{1,64}$/.',
    ],
    [{ reason: { code: 'a', message: 'x'.repeat(513) } }, 'too_long', 'Use at most 512 characters.'],
    [
      { transactionType: 'Payment' },
      'invalid_type_name',
      'Use 1 to 32 characters of a-z, 0-9, _ and -. The first is a letter.',
    ],
    [{ relatedTransactionId: 'a b' }, 'invalid_id', 'Use 1 to 64 characters of A-Z, a-z, 0-9, _, : and -.'],
    [{ metadata: { a: 'x'.repeat(16_384) } }, 'too_long', 'Use at most 16384 bytes of JSON.'],
    [{ occurredAt: '1969-12-31T00:00:00Z' }, 'invalid_date', 'Use a time from 1970 to 9999.'],
    [
      { status: 'PENDING', checkBack: { url: 'https://a.example/', afterSeconds: 901 } },
      'invalid_value',
      'Use at most 900.',
    ],
  ])('of the body %# says what it takes', async (changes, code, detail) => {
    expect(await record(changes)).toEqual([code, detail]);
  });

  it.each([
    ['GET /v1/merchants/a%20b', 'Use 1 to 64 characters of A-Z, a-z, 0-9, _ and -.'],
    ['DELETE /v1/keys/a-b', 'Use 1 to 64 characters of A-Z, a-z and 0-9.'],
    [
      'PUT /v1/merchants/demo/endpoints/notify-url',
      'Use another id: this one stands for the URLs of transactions.',
    ],
  ])('of the path says which ids there can be: %s', async (request, detail) => {
    const body = request.startsWith('PUT') ? { url: 'https://a.example/' } : undefined;
    expect(await detailOf(request, body)).toEqual(['invalid_id', detail]);
  });

  it('that is a header says how long its name and its value may be', async () => {
    const headers = { [`x-${'n'.repeat(63)}`]: '1', 'x-long': 'v'.repeat(513) };
    const body = { url: 'https://a.example/', headers };
    const { json } = await setup.world.call(setup.world.admin, 'POST /v1/merchants/demo/endpoints', body);
    expect(json.errors).toMatchObject([
      { code: 'too_long', detail: 'Use at most 64 characters for the name.' },
      { code: 'too_long', detail: 'Use at most 512 characters for the value.' },
    ]);
  });

  it('that is a URL says which ports there are, wherever it is given', async () => {
    const url = 'https://a.example:22/';
    const refused = ['port_refused', 'Use port 443.'];
    expect(await record({ notifyUrl: url })).toEqual(refused);
    expect(await record({ status: 'PENDING', checkBack: { url } })).toEqual(refused);
    const { endpointId } = await setup.demo.endpoint();
    const path = '/v1/merchants/demo/endpoints';
    for (const request of [`POST ${path}`, `PUT ${path}/own`, `PATCH ${path}/${endpointId}`]) {
      expect(await detailOf(request, { url })).toEqual(refused);
    }
    const transactions = [{ transactionId: 'a', ...payment({ notifyUrl: url }) }];
    const { json } = await setup.world.call(setup.demo.initiator, 'POST /v1/merchants/demo/transactions', {
      transactions,
    });
    expect(json.results[0].errors).toEqual([
      { pointer: '/notifyUrl', code: 'port_refused', detail: 'Use port 443.' },
    ]);
  });

  it('names the scopes that a key may have', async () => {
    expect(await detailOf('POST /v1/merchants/demo/keys', { scope: 'root' })).toEqual([
      'invalid_scope',
      'Use initiator, receiver or merchant.',
    ]);
  });

  it.each([
    [{ expectBody: 7 }, 'invalid_type', 'Use text or a list.'],
    [{ expectBody: ['a', 7] }, 'invalid_type', 'Use text or a list.'],
    [{ schedule: 'daily' }, 'invalid_schedule', 'Use wechat, alipay, standard-webhooks or a list.'],
    [{ schedule: [1.5] }, 'invalid_schedule', 'Use wechat, alipay, standard-webhooks or a list.'],
  ])('of several types names all of them: %j', async (settings, code, detail) => {
    const body = { url: 'https://a.example/', ...settings };
    expect(await detailOf('POST /v1/merchants/demo/endpoints', body)).toEqual([code, detail]);
  });

  it('says that a + of a query is a space, only where it was one', async () => {
    const lost = 'In a query, + means a space: write the + of the offset as %2B, or the time in UTC with Z.';
    const form = 'Write a time as 2026-11-20T08:00:00Z or 2026-11-20T16:00:00+08:00.';
    expect(await list('/v1/transactions?from=2026-11-20T08:00:00+00:00')).toEqual(['invalid_date', lost]);
    expect(await list('/v1/transactions?from=2026-11-20T08:00:00.5+08:00')).toEqual(['invalid_date', lost]);
    expect(await list('/v1/transactions?from=2026-11-20T08:00:00')).toEqual(['invalid_date', form]);
    expect(await record({ occurredAt: '2026-11-20T08:00:00 00:00' })).toEqual(['invalid_date', form]);
  });

  it('of a batch has its text, too', async () => {
    const transactions = [{ transactionId: 'a', ...payment(), status: 'DONE' }];
    const { json } = await setup.world.call(setup.demo.initiator, 'POST /v1/merchants/demo/transactions', {
      transactions,
    });
    expect(json.results[0].errors).toEqual([
      { pointer: '/status', code: 'invalid_status', detail: 'Use PENDING, SUCCEEDED, FAILED or CLOSED.' },
    ]);
  });

  it('has no text where its code says all', async () => {
    const { json } = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions?cursor=');
    expect(json).not.toHaveProperty('detail');
    expect(json.errors).toEqual([{ pointer: '/query/cursor', code: 'invalid_cursor' }]);
  });
});
