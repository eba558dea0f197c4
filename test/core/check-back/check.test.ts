import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import { sweepPartition } from '../../../lib/core/deliver/sweep.ts';
import { forEachPartition } from '../../../lib/core/partitions.ts';
import { createWorld, payment, type Sent } from '../../support/world.ts';

type World = ReturnType<typeof createWorld>;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const URL = 'https://bank.example/check';

function says(statusCode: number, body: unknown): Exchange {
  return {
    kind: 'response',
    statusCode,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    durationMs: 5,
  };
}

const END = { status: 'SUCCEEDED', amount: 1999, currency: 'CNY', occurredAt: '2026-11-20T08:00:01Z' };

async function prepared(checkBack: object = {}, key = 'pay_1') {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [10] });
  const path = `/v1/merchants/demo/transactions/${key}`;
  const record = (changes: object) => world.call(demo.initiator, `PUT ${path}`, payment(changes));
  const answer = await record({ status: 'PENDING', checkBack: { url: URL, ...checkBack } });
  await world.relayAll();
  const transaction = async () => (await world.call(demo.receiver, `GET /v1/transactions/${key}`)).json;
  const check = () => world.ports.contents.checks.get(`demo#${key}`);
  const unresolved = async () => (await world.call(world.admin, 'GET /v1/unresolved')).json.items;
  return { world, demo, record, answer, transaction, check, unresolved };
}

function take(world: World): Sent {
  const sent = world.queue.shift();
  if (sent === undefined) throw new Error('the queue is empty');
  world.time.nowMs = Math.max(world.time.nowMs, sent.atMs);
  return sent;
}

function sweep(world: World) {
  const deadlineMs = Number.POSITIVE_INFINITY;
  return forEachPartition((partition) => sweepPartition(world.ports, { partition, deadlineMs }));
}

describe('an answer to a check-back', () => {
  const end = JSON.stringify(END);

  it.each<[string, string]>([
    ['holds a number elsewhere that nobody keeps', end.replace('{', '{"orderId":12345678901234567890,')],
    ['begins with a byte order mark', `\u{feff}${end}`],
  ])('is taken where it %s', async (_, body) => {
    const { world, transaction } = await prepared();
    world.receiver.answer = () => says(200, body);
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED', version: 2 });
  });

  it.each<[string, string]>([
    ['says its amount twice', end.replace('{', '{"amount":1,')],
    ['says an amount that cannot be kept', end.replace('1999', '19.99999999999999999999e2')],
    ['has text that cannot be stored', end.replace('}', ',"reason":{"code":"x","message":"\\ud800"}}')],
    ['was no UTF-8', end.replace('}', ',"reason":{"code":"x","message":"\ufffd"}}')],
  ])('leaves the question open where it %s', async (_, body) => {
    const { world, transaction, check } = await prepared();
    world.receiver.answer = () => says(200, body);
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'PENDING' });
    expect(check()?.attempts.at(-1)).toMatchObject({ result: 'invalid_answer' });
  });
});

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
    ['404 of somebody else', says(404, '<html>not found</html>')],
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

  it('takes an unknown transaction for FAILED where it was told to, and asks again where not', async () => {
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

  it('does not record an answer that contradicts what was prepared, and tells somebody', async () => {
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

  it('lets stand what the initiator says itself while it is asked, and tells where the two differ', async () => {
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

describe('the fence of a check', () => {
  it('a message that comes twice asks twice at most, and one next asking follows', async () => {
    const { world, check } = await prepared();
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    const sent = take(world);
    await Promise.all([world.deliverOne(sent), world.deliverOne(sent)]);
    expect(check()).toMatchObject({ rev: 1, attempts: [{ number: 1 }] });
    expect(world.queue).toHaveLength(1);
  });

  it('one that died after its write sends what is due', async () => {
    const { world } = await prepared();
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    const sent = take(world);
    const { sendAt } = world.ports.dispatcher;
    world.ports.dispatcher.sendAt = () => Promise.reject(new Error('died'));
    await expect(world.deliverOne(sent)).rejects.toThrow('died');
    world.ports.dispatcher.sendAt = sendAt;
    await world.deliverOne(sent, 2);
    expect(world.requests).toHaveLength(1);
    expect(world.queue).toMatchObject([{ lane: 'check', message: { rev: 1 } }]);
  });

  it('one that died after it recorded finds the end, and asks nobody again', async () => {
    const { world, check, transaction } = await prepared();
    world.receiver.answer = () => says(200, END);
    const sent = take(world);
    const { settlePending } = world.ports.outcomes;
    world.ports.outcomes.settlePending = () => Promise.reject(new Error('died'));
    await expect(world.deliverOne(sent)).rejects.toThrow('died');
    world.ports.outcomes.settlePending = settlePending;
    await world.deliverOne(sent, 2);
    expect(world.requests).toHaveLength(1);
    expect(check()).toMatchObject({ state: 'resolved' });
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('one that died before it told of giving up tells when it comes again', async () => {
    const { world } = await prepared({ afterSeconds: 900 });
    world.time.nowMs += 25 * HOUR;
    world.receiver.answer = () => says(500, '');
    const sent = take(world);
    await world.deliverOne(sent);
    world.events.length = 0;
    await world.deliverOne(sent, 2);
    expect(world.events.filter(({ event }) => event === 'unresolved')).toHaveLength(1);
  });

  it('the sweep asks where the message was lost', async () => {
    const { world, transaction } = await prepared();
    world.queue.splice(0);
    world.receiver.answer = () => says(200, END);
    world.time.nowMs += 5 * MINUTE;
    await sweep(world);
    await sweep(world);
    expect(world.queue).toHaveLength(1);
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('a check and the own word of the initiator end in one outcome, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('SUCCEEDED', 'FAILED', 'CLOSED'),
        fc.constantFrom('SUCCEEDED', 'FAILED', 'CLOSED', 'PENDING'),
        fc.constantFrom('before', 'during', 'after'),
        async (own, asked, when) => {
          const { world, record, transaction, check } = await prepared();
          const say = () => record({ status: own });
          world.receiver.answer = async () => {
            if (when === 'during') await say();
            return says(200, asked === 'PENDING' ? { status: asked } : { ...END, status: asked });
          };
          if (when === 'before') await say();
          await world.deliverOne(take(world));
          const status = when === 'after' ? (await say()).status : 0;
          await world.relayAll();
          const { outcomes } = await transaction();
          expect(outcomes).toHaveLength(2);
          const isAskedFirst = when === 'after' && asked !== 'PENDING';
          expect(outcomes[1].status).toBe(isAskedFirst ? asked : own);
          if (isAskedFirst) expect(status).toBe(409);
          expect(check()).toMatchObject({ state: 'resolved' });
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('what is unresolved', () => {
  async function unresolvedOne() {
    const one = await prepared();
    one.world.receiver.answer = () => says(500, 'we are down');
    while (one.world.queue.length > 0) await one.world.deliverOne(take(one.world));
    return one;
  }

  it('is shown to operators and to its own initiator, with what was answered, and to nobody else', async () => {
    const { world, demo } = await unresolvedOne();
    const other = await world.merchant('other');
    const list = async (key: string, query = '') =>
      (await world.call(key, `GET /v1/unresolved${query}`)).json;
    const [item] = (await list(demo.initiator)).items;
    expect(item).toMatchObject({ transactionId: 'pay_1', responseSnippet: 'we are down' });
    expect(item.attempts.at(-1)).toMatchObject({ result: 'http_server_error', statusCode: 500 });
    expect((await list(world.admin, '?merchantId=demo')).items).toHaveLength(1);
    expect((await list(world.admin, '?merchantId=other')).items).toEqual([]);
    expect((await list(other.initiator)).items).toEqual([]);
    expect(await list(other.initiator, '?merchantId=demo')).toMatchObject({ code: 'insufficient_scope' });
    expect(await list(demo.receiver)).toMatchObject({ code: 'insufficient_scope' });
  });

  it('is listed page by page, each once', async () => {
    const { world, demo } = await unresolvedOne();
    for (let n = 2; n <= 30; n += 1) {
      const body = payment({ status: 'PENDING' });
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/pay_${n}`, body);
    }
    world.time.nowMs += 25 * HOUR;
    await sweep(world);
    while (world.queue.length > 0) await world.deliverOne(take(world));
    const seen: string[] = [];
    let query = '?limit=4';
    for (let page = 0; page < 100; page += 1) {
      const { items, hasMore, nextCursor } = (await world.call(world.admin, `GET /v1/unresolved${query}`))
        .json;
      seen.push(...items.map((item: { transactionId: string }) => item.transactionId));
      if (!hasMore) break;
      query = `?limit=4&cursor=${nextCursor}`;
    }
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
    expect((await world.call(world.admin, 'GET /v1/unresolved?cursor=e30')).json.code).toBe('invalid_cursor');
  });

  it('is ended by hand, once, and leaves the list', async () => {
    const { world, demo, transaction, unresolved } = await unresolvedOne();
    const resolve = (body: object) => world.call(world.admin, 'POST /v1/unresolved/demo/pay_1/resolve', body);
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    expect((await resolve({ ...found, amount: 5 })).json.code).toBe('unknown_field');
    expect((await resolve({ ...found, status: 'PENDING' })).json.code).toBe('invalid_status');
    expect((await resolve(found)).status).toBe(201);
    expect((await resolve(found)).status).toBe(200);
    expect((await resolve({ ...found, status: 'FAILED' })).json.code).toBe('outcome_conflict');
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED', amount: 1999, version: 2 });
    expect(await unresolved()).toEqual([]);
    const other = await world.merchant('other');
    const foreign = await world.call(other.initiator, 'POST /v1/unresolved/demo/pay_1/resolve', found);
    expect(foreign.json.code).toBe('insufficient_scope');
    const none = await world.call(demo.initiator, 'POST /v1/unresolved/demo/pay_9/resolve', found);
    expect(none.json.code).toBe('unknown_transaction');
  });

  it('is not yet ended by hand while it is still asked about', async () => {
    const { world } = await prepared();
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    const answer = await world.call(world.admin, 'POST /v1/unresolved/demo/pay_1/resolve', found);
    expect(answer.json).toMatchObject({ status: 409, code: 'not_unresolved' });
  });

  it('is not what ended without being prepared: it is known, and there is nothing to resolve', async () => {
    const { world, demo } = await prepared();
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_2', payment());
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    const answer = await world.call(world.admin, 'POST /v1/unresolved/demo/pay_2/resolve', found);
    expect(answer.json).toMatchObject({ status: 409, code: 'not_unresolved' });
  });

  it('leaves the list as well when the initiator finds its word again', async () => {
    const { world, record, unresolved } = await unresolvedOne();
    expect((await record({})).status).toBe(201);
    expect(await unresolved()).toEqual([]);
    await world.relayAll();
    expect(world.ports.contents.checks.get('demo#pay_1')).toMatchObject({ state: 'resolved' });
  });
});

describe('a PENDING with checkBack', () => {
  it.each([
    ['http://bank.example/check', 'https_required'],
    ['https://169.254.169.254/latest', 'address_refused'],
    ['https://[::ffff:10.0.0.1]/', 'address_refused'],
    ['https://bank.example:22/', 'port_refused'],
    ['https://user:pass@bank.example/', 'credentials_in_url'],
  ])('refuses %s', async (url, code) => {
    const { answer } = await prepared({ url });
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer: '/checkBack/url', code }] });
  });

  it.each([
    [{ afterSeconds: 0 }, '/checkBack/afterSeconds'],
    [{ afterSeconds: 901 }, '/checkBack/afterSeconds'],
    [{ afterSeconds: 1.5 }, '/checkBack/afterSeconds'],
    [{ onUnknown: 'SUCCEEDED' }, '/checkBack/onUnknown'],
    [{ method: 'GET' }, '/checkBack/method'],
  ])('refuses %j', async (change, pointer) => {
    const { answer } = await prepared(change);
    expect(answer.json.errors).toMatchObject([{ pointer }]);
  });

  it('is refused of an end: there is nothing to ask about', async () => {
    const { record } = await prepared();
    const answer = await record({ checkBack: { url: URL } });
    expect(answer.json).toMatchObject({
      code: 'check_back_not_pending',
      errors: [{ pointer: '/checkBack', code: 'check_back_not_pending' }],
    });
  });

  it('is the same again with the same address, spelled out or not, and a conflict with another', async () => {
    const { record } = await prepared();
    const again = (checkBack: object) => record({ status: 'PENDING', checkBack: { url: URL, ...checkBack } });
    expect((await again({ afterSeconds: 60, onUnknown: 'ask' })).status).toBe(200);
    expect((await again({ afterSeconds: 61 })).json.code).toBe('outcome_conflict');
  });

  it('is not shown to receivers', async () => {
    const { transaction } = await prepared();
    expect(JSON.stringify(await transaction())).not.toContain('bank.example');
  });
});

describe('the public keys of the service', () => {
  it('verify what it signs, and need no key to be read', async () => {
    const { world } = await prepared();
    world.receiver.answer = () => says(200, { status: 'PENDING' });
    await world.deliverOne(take(world));
    const { publicKeys } = (await world.call(undefined, 'GET /v1/public-keys')).json;
    const [request] = world.requests;
    const raw = Buffer.from(publicKeys[0].slice('whpk_'.length), 'base64');
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
    const { createPublicKey, verify } = await import('node:crypto');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const headers = request?.headers ?? {};
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${request?.body}`;
    const signature = Buffer.from((headers['webhook-signature'] ?? '').slice('v1a,'.length), 'base64');
    expect(verify(null, Buffer.from(signed), key, signature)).toBe(true);
    expect(verify(null, Buffer.from(`${signed} `), key, signature)).toBe(false);
  });
});
