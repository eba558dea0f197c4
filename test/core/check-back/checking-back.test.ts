import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import { sweep } from '../../support/scheduled-runs.ts';
import { createWorld, payment } from '../../support/world.ts';
import { END, HOUR, MINUTE, prepared, says, take, URL } from './checked-payment.ts';

describe('checking back', () => {
  it('asks after the time that the initiator was given, signed, and records what it says', async () => {
    const { world, transaction, check } = await prepared({ afterSeconds: 45 });
    world.receiver.answer = () => says(200, END);
    const sent = take(world);
    expect(sent).toMatchObject({ lane: 'check', message: { transactionId: 'pay_1', rev: 0 } });
    expect(sent.atMs - Date.parse('2026-11-20T08:00:00Z')).toBe(45_000);
    await world.deliverOne(sent);
    expect(world.requests).toHaveLength(1);
    expect(world.requests[0]).toMatchObject({
      url: URL,
      body: '{"merchantId":"demo","transactionId":"pay_1","attempt":1}',
    });
    expect(world.requests[0]?.headers['webhook-signature']).toMatch(/^v1a,/);
    expect(await transaction()).toMatchObject({ version: 2, status: 'SUCCEEDED', amount: 1999 });
    expect(check()).toMatchObject({ state: 'resolved' });
    expect(world.queue).toEqual([]);
  });

  it('shows each request that brought no end, and when the next one is due, before anybody must look', async () => {
    const { world, transaction, record } = await prepared({ afterSeconds: 1 });
    expect(await transaction()).toMatchObject({
      checkBack: { state: 'waiting', attempts: [], nextAttemptAt: '2026-11-20T08:00:01.000Z' },
    });
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    await world.deliverOne(take(world));
    world.receiver.answer = () => ({
      kind: 'error',
      code: 'tls_failed',
      detail: 'certificate_expired',
      durationMs: 5,
    });
    await world.deliverOne(take(world));
    const attempts = [
      { number: 1, result: 'PENDING', statusCode: 200, at: '2026-11-20T08:00:01.000Z' },
      { number: 2, result: 'tls_failed', detail: 'certificate_expired' },
    ];
    const shown = (await transaction()).checkBack;
    expect(shown).toMatchObject({ state: 'waiting', attempts });
    expect(shown.nextAttemptAt).toBe('2026-11-20T08:00:31.000Z');
    expect(JSON.stringify(shown)).not.toContain('responseSnippet');
    await record({});
    await world.relayAll();
    const ended = (await transaction()).checkBack;
    expect(ended).toMatchObject({ state: 'resolved', attempts });
    expect(ended).not.toHaveProperty('nextAttemptAt');
  });

  it('is absent from a transaction that was never PENDING', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    const { json } = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    expect(json).not.toHaveProperty('checkBack');
  });

  it('does not ask where the end came by itself', async () => {
    const { world, record, check } = await prepared();
    await record({ status: 'FAILED' });
    await world.deliverOne(take(world));
    expect(world.requests).toEqual([]);
    expect(check()).toMatchObject({ state: 'resolved' });
  });

  it('is over when relay sees the end, wherever its messages are', async () => {
    const { world, record, check } = await prepared();
    await record({});
    await world.relayAll();
    expect(check()).toMatchObject({ state: 'resolved' });
    expect(check()?.nextAttemptAt).toBeUndefined();
  });

  it('comes back where its message is of a newer version, and is no dead letter at once', async () => {
    const { world } = await prepared();
    const newer = { merchantId: 'demo', transactionId: 'pay_1', round: { number: 1 } };
    const received = world.deliverOne({ lane: 'check', message: newer as never, atMs: 0 });
    await expect(received).rejects.toMatchObject({ code: 'unknown_message', retryable: true });
    expect(world.deadLetters).toEqual([]);
  });

  it('asks again ever more slowly while the answer is PENDING, and gives up at the horizon', async () => {
    const { world, check, unresolved } = await prepared({ afterSeconds: 1 });
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    const times: number[] = [];
    while (world.queue.length > 0) {
      await world.deliverOne(take(world));
      times.push(world.time.nowMs);
    }
    const pauses = times.slice(1, -1).map((at, index) => at - (times[index] ?? 0));
    expect(pauses.slice(0, 5)).toEqual([10_000, 20_000, 40_000, 80_000, 160_000]);
    expect(pauses.every((pause) => pause <= HOUR)).toBe(true);
    expect(times.at(-1)).toBe(Date.parse('2026-11-21T08:00:00Z'));
    expect(check()).toMatchObject({ state: 'unresolved' });
    expect(check()?.attempts).toHaveLength(8);
    expect(world.events.filter(({ event }) => event === 'unresolved')).toHaveLength(1);
    expect(await unresolved()).toMatchObject([
      { merchantId: 'demo', transactionId: 'pay_1', status: 'PENDING', amount: 1999 },
    ]);
  });

  it.each([
    ['a 404 without the service’s body', says(404, '<html>not found</html>')],
    ['404 without a word', says(404, '')],
    ['500', says(500, END)],
    ['no JSON', says(200, 'SUCCEEDED')],
    ['an unknown status', says(200, { ...END, status: 'DONE' })],
    ['an end without amount', says(200, { ...END, amount: undefined })],
    ['an end in another form of time', says(200, { ...END, occurredAt: 'yesterday' })],
    ['201', says(201, END)],
    ['204', says(204, '')],
    ['a redirect', says(302, END)],
    ['410', says(410, '')],
    ['nothing', { kind: 'error', code: 'timeout', durationMs: 10_000 } as const],
    ['an address that the guard refuses', { kind: 'error', code: 'address_refused', durationMs: 1 } as const],
    ['PENDING', says(200, { status: 'PENDING' })],
    ['UNKNOWN with 200', says(200, { status: 'UNKNOWN' })],
  ])('leaves the question open when the answer is %s', async (_name, exchange) => {
    const { world, transaction, check } = await prepared({ onUnknown: 'FAILED' });
    world.receiver.answer = () => exchange;
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ version: 1, status: 'PENDING' });
    expect(check()).toMatchObject({ state: 'waiting', rev: 1 });
    expect(world.queue).toHaveLength(1);
  });

  it('waits as long as the initiator asks for, an hour at most', async () => {
    const { world } = await prepared();
    world.receiver.answer = () => ({ ...says(503, ''), retryAfter: '300' }) as Exchange;
    const first = take(world);
    await world.deliverOne(first);
    expect((world.queue[0]?.atMs ?? 0) - world.time.nowMs).toBe(300_000);
  });

  it('records FAILED for an unknown transaction if the initiator asked for that, and asks again if not', async () => {
    const unknown = says(404, { status: 'UNKNOWN' });
    const told = await prepared({ onUnknown: 'FAILED' });
    told.world.receiver.answer = () => unknown;
    await told.world.deliverOne(take(told.world));
    expect(await told.transaction()).toMatchObject({
      status: 'FAILED',
      reason: { code: 'unknown_to_initiator' },
      amount: 1999,
    });
    const asks = await prepared();
    asks.world.receiver.answer = () => unknown;
    await asks.world.deliverOne(take(asks.world));
    expect(await asks.transaction()).toMatchObject({ status: 'PENDING' });
    expect(asks.check()).toMatchObject({ state: 'waiting' });
  });

  it('does not record an answer that contradicts the PENDING, and reports it', async () => {
    const { world, transaction, check } = await prepared();
    world.receiver.answer = () => says(200, { ...END, amount: 1 });
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'PENDING' });
    expect(check()).toMatchObject({ state: 'waiting', attempts: [{ result: 'outcome_mismatch' }] });
    expect(world.events).toContainEqual({
      event: 'check_contradicted',
      merchantId: 'demo',
      transactionId: 'pay_1',
      reason: 'mismatch amount',
    });
  });

  it('keeps what the initiator records itself during a check, and reports if the answer differs', async () => {
    const { world, record, transaction, check } = await prepared();
    world.receiver.answer = async () => {
      await record({ status: 'FAILED' });
      return says(200, END);
    };
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'FAILED', version: 2 });
    expect(check()).toMatchObject({ state: 'resolved' });
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'check_contradicted', reason: 'other_end' }),
    );
  });

  it('gives a PENDING without an address to ask to people at the horizon, and asks nobody', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    await world.call(
      demo.initiator,
      'PUT /v1/merchants/demo/transactions/pay_1',
      payment({ status: 'PENDING' }),
    );
    await world.relayAll();
    expect(world.queue).toEqual([]);
    world.time.nowMs += 23 * HOUR;
    await sweep(world);
    expect(world.queue).toEqual([]);
    world.time.nowMs += HOUR + 4 * MINUTE;
    await sweep(world);
    await world.deliverOne(take(world));
    expect(world.requests).toEqual([]);
    expect((await world.call(world.admin, 'GET /v1/unresolved')).json.items).toHaveLength(1);
  });
});
