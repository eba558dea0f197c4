import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { verified } from '../../support/verified.ts';
import { payment, START_MS } from '../../support/world.ts';

describe('asking', () => {
  const setup = useDemoWorld();
  const put = (transactionId: string, changes: object = {}) =>
    setup.world.call(
      setup.demo.initiator,
      `PUT /v1/merchants/demo/transactions/${transactionId}`,
      payment(changes),
    );

  it('answers with every version, and says to what and as of when', async () => {
    await put('pay_1', { status: 'PENDING' });
    await put('pay_1', { reason: { code: 'paid', message: 'thank you' } });
    const answer = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay%5F1');
    expect(answer.json).toMatchObject({
      merchantId: 'demo',
      request: 'GET /v1/transactions/pay_1',
      asOf: '2026-11-20T08:00:00.000Z',
      version: 2,
      status: 'SUCCEEDED',
      outcomes: [
        { version: 1, status: 'PENDING' },
        { version: 2, status: 'SUCCEEDED', reason: { code: 'paid' } },
      ],
    });
    expect(answer.json.outcomes[0].listedAt).toBeUndefined();
    expect(verified(answer, setup.demo.secret, START_MS)).toEqual(answer.json);
  });

  it('signs the negative answer too', async () => {
    const answer = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_9');
    expect(answer.json).toMatchObject({
      code: 'unknown_transaction',
      merchantId: 'demo',
      request: 'GET /v1/transactions/pay_9',
      asOf: '2026-11-20T08:00:00.000Z',
    });
    expect(verified(answer, setup.demo.secret, START_MS)).toEqual(answer.json);
    expect(answer.headers.get('webhook-id')).toMatch(/^ans_[0-9a-f]{32}$/);
  });

  it('signs problems of every kind once the key is known, and none before', async () => {
    const bad = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions?limit=0&reference=A');
    expect(bad.json).toMatchObject({
      code: 'invalid_value',
      request: 'GET /v1/transactions?limit=0&reference=A',
    });
    expect(verified(bad, setup.demo.secret, START_MS)).toEqual(bad.json);
    const forbidden = await setup.world.call(setup.demo.receiver, 'POST /v1/merchants', {});
    expect(verified(forbidden, setup.demo.secret, START_MS)).toMatchObject({ code: 'insufficient_scope' });
    const unknown = await setup.world.call(undefined, 'GET /v1/transactions/pay_1');
    expect(unknown.headers.get('webhook-signature')).toBeNull();
    expect(unknown.json.merchantId).toBeUndefined();
  });

  it('signs with two secrets, and not with three, after a rotation whose answer was lost', async () => {
    const rotate = (rotationId: string) =>
      setup.world.call(setup.demo.manager, 'POST /v1/merchants/demo/secrets', { rotationId });
    const lost = await rotate('june');
    const again = await rotate('june');
    expect([lost.status, again.status]).toEqual([201, 200]);
    expect(again.json.secret).toBe(lost.json.secret);
    setup.world.time.nowMs += 120_000;
    const answer = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_9');
    expect(answer.headers.get('webhook-signature')?.split(' ')).toHaveLength(2);
    expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
    expect(verified(answer, again.json.secret, setup.world.time.nowMs)).toEqual(answer.json);
  });

  it('signs with both secrets while a rotation overlaps', async () => {
    const rotated = await setup.world.call(setup.demo.manager, 'POST /v1/merchants/demo/secrets', {
      overlapSeconds: 3_600,
    });
    setup.world.time.nowMs += 120_000;
    const answer = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_9');
    expect(verified(answer, setup.demo.secret, START_MS)).toEqual(answer.json);
    expect(verified(answer, rotated.json.secret, START_MS)).toEqual(answer.json);
    setup.world.time.nowMs += 3_600_000;
    const later = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_9');
    expect(later.headers.get('webhook-signature')?.split(' ')).toHaveLength(1);
  });

  it('finds a payment and its refunds by their reference, in pages, as of the watermark', async () => {
    for (const id of ['pay_1', 'ref_1', 'ref_2']) await put(id, { reference: 'ORDER 1' });
    await put('pay_2', { reference: 'ORDER-2' });
    const first = await setup.world.call(
      setup.demo.receiver,
      'GET /v1/transactions?reference=ORDER%201&limit=2',
    );
    const ids = (page: typeof first) =>
      page.json.items.map((one: { transactionId: string }) => one.transactionId);
    expect(ids(first)).toEqual(['pay_1', 'ref_1']);
    expect(first.json).toMatchObject({
      hasMore: true,
      asOf: '2026-11-20T07:59:30.000Z',
      request: 'GET /v1/transactions?limit=2&reference=ORDER+1',
    });
    const cursor = first.json.nextCursor;
    const second = await setup.world.call(
      setup.demo.receiver,
      `GET /v1/transactions?cursor=${cursor}&reference=ORDER%201`,
    );
    expect(ids(second)).toEqual(['ref_2']);
    expect(second.json.hasMore).toBe(false);
  });

  it.each([
    ['an unknown parameter', '?reference=A&colour=1', 'unknown_parameter', '/query/colour'],
    ['a parameter twice', '?reference=A&reference=B', 'repeated_parameter', '/query/reference'],
    ['a page that is too large', '?reference=A&limit=21', 'invalid_value', '/query/limit'],
    ['a forged cursor', '?reference=A&cursor=%21%21', 'invalid_cursor', '/query/cursor'],
  ])('refuses %s', async (_title, query, code, pointer) => {
    const answer = await setup.world.call(setup.demo.receiver, `GET /v1/transactions${query}`);
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
  });

  it('names every parameter that a reference cannot be combined with', async () => {
    const query = '?reference=A&status=FAILED&type=payment';
    const { json } = await setup.world.call(setup.demo.receiver, `GET /v1/transactions${query}`);
    const code = 'exclusive_parameters';
    const detail = 'Use reference without from, to, type and status.';
    expect(json).toMatchObject({ status: 400, code, detail });
    expect(json.errors).toEqual(
      ['reference', 'type', 'status'].map((name) => ({ pointer: `/query/${name}`, code, detail })),
    );
  });

  it('lets the initiator read back, unsigned', async () => {
    await put('pay_1');
    const answer = await setup.world.call(setup.demo.initiator, 'GET /v1/merchants/demo/transactions/pay_1');
    expect(answer.json).toMatchObject({ transactionId: 'pay_1', notifications: [] });
    expect(answer.headers.get('webhook-signature')).toBeNull();
  });

  it('refuses what is older than the retention', async () => {
    await put('pay_1');
    setup.world.time.nowMs += 90 * 86_400_000 + 1;
    const answer = await setup.world.call(setup.demo.receiver, 'GET /v1/transactions/pay_1');
    expect(answer.json.code).toBe('unknown_transaction');
  });
});
