import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { START_MS } from '../../support/world.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const message = (transactionId: string) =>
  JSON.stringify({ merchantId: 'demo', transactionId, version: 1, endpointId: 'ep_1', rev: 0 });

describe('dead letters', () => {
  const setup = useDemoWorld();
  const ask = (request: string, body?: object, key = setup.world.admin) =>
    setup.world.call(key, request, body);
  const list = async (query = '') => (await ask(`GET /v1/dead-letters${query}`)).json.queues;
  const redrive = (body: object) => ask('POST /v1/dead-letters/redrive', body);
  const put = (body: string, reason?: string, queue: 'lanes' | 'intake' = 'lanes') =>
    setup.world.ports.deadLetterQueues[queue].put({ body, ...(reason !== undefined && { reason }) });

  it('are none at first', async () => {
    expect(await list()).toEqual([
      { queue: 'lanes', count: 0, items: [] },
      { queue: 'intake', count: 0, items: [] },
    ]);
  });

  it('are shown with what they ask for, since when and why, and stay', async () => {
    put(message('pay_1'));
    put(JSON.stringify({ merchantId: 'demo', transactionId: 'pay_2', rev: 3 }), 'unknown_check');
    put('["nonsense"]', 'not_a_notification_message');
    put(JSON.stringify({ MessageBody: message('pay_3'), QueueUrl: 'x' }));
    put('{"status":"SUCCEEDED"}', 'outcome_conflict: amount', 'intake');
    put('{"status":"FAILED"}', undefined, 'intake');
    const [lanes, intake] = await list();
    expect(lanes).toMatchObject({
      count: 4,
      items: [
        {
          sentAt: iso(START_MS),
          reason: 'received too often',
          canGoBack: true,
          merchantId: 'demo',
          transactionId: 'pay_1',
          version: 1,
          endpointId: 'ep_1',
        },
        { reason: 'unknown_check', canGoBack: true, transactionId: 'pay_2' },
        { reason: 'not_a_notification_message', canGoBack: false, body: '["nonsense"]' },
        // Scheduler's dead letters hold its whole request.
        { canGoBack: true, transactionId: 'pay_3' },
      ],
    });
    expect(lanes.items[1].version).toBeUndefined();
    expect(intake.items).toMatchObject([
      { reason: 'outcome_conflict: amount', canGoBack: false },
      { reason: 'received too often', canGoBack: true },
    ]);
    expect(await list()).toEqual([lanes, intake]);
    expect((await list('?limit=1'))[0]).toMatchObject({ count: 4, items: [{ transactionId: 'pay_1' }] });
  });

  it('show a long body in part', async () => {
    put('x'.repeat(100_000));
    expect((await list())[0].items[0].body).toBe('x'.repeat(2_000));
  });

  it('go back a bounded number at a time, until none is left that can', async () => {
    for (let number = 0; number < 5; number += 1) put(message(`pay_${number}`));
    put('["nonsense"]');
    const first = (await redrive({ queue: 'lanes', limit: 3 })).json;
    expect(first).toEqual({ queue: 'lanes', redriven: 3, left: 0, isDone: false, before: iso(START_MS) });
    const rest = (await redrive({ queue: 'lanes', limit: 3, before: first.before })).json;
    expect(rest).toMatchObject({ redriven: 2, left: 1, isDone: true });
    expect(setup.world.setBack).toHaveLength(5);
    expect(await list()).toMatchObject([{ count: 1 }, { count: 0 }]);
  });

  it('that come back meanwhile stay, so that asking again ends', async () => {
    put(message('pay_1'));
    const { before } = (await redrive({ queue: 'lanes' })).json;
    setup.world.time.nowMs += 1_000;
    put(message('pay_1'), 'unknown_outcome');
    expect((await redrive({ queue: 'lanes', before })).json).toMatchObject({
      redriven: 0,
      isDone: true,
      before,
    });
    // A time ahead is no way around that.
    const ahead = iso(START_MS + 3_600_000);
    setup.world.time.nowMs -= 500;
    expect((await redrive({ queue: 'lanes', before: ahead })).json).toMatchObject({ redriven: 0 });
  });

  it('of the intake go back only if they were not refused', async () => {
    put('{"a":1}', 'unknown_merchant', 'intake');
    put('{"b":2}', undefined, 'intake');
    expect((await redrive({ queue: 'intake' })).json).toMatchObject({ redriven: 1, left: 1, isDone: true });
    expect(setup.world.setBack).toEqual(['{"b":2}']);
  });

  it('that are put back leave an entry in the audit log, also if there were none', async () => {
    await redrive({ queue: 'intake' });
    const { items } = (await ask('GET /v1/audit-log')).json;
    expect(items).toMatchObject([{ action: 'dead_letters.redriven', queue: 'intake', by: 'root' }]);
    const own = await ask('GET /v1/audit-log', undefined, setup.demo.manager);
    expect(JSON.stringify(own.json.items)).not.toContain('dead_letters');
  });

  it('are for operators only', async () => {
    const { demo } = setup;
    for (const key of [demo.manager, demo.receiver, demo.initiator]) {
      expect((await ask('GET /v1/dead-letters', undefined, key)).status).toBe(403);
      expect((await ask('POST /v1/dead-letters/redrive', { queue: 'lanes' }, key)).status).toBe(403);
    }
  });

  it.each([
    [{}, 'missing_field'],
    [{ queue: 'first' }, 'invalid_value'],
    [{ queue: 'lanes', limit: 0 }, 'invalid_value'],
    [{ queue: 'lanes', limit: 101 }, 'invalid_value'],
    [{ queue: 'lanes', limit: 1.5 }, 'invalid_value'],
    [{ queue: 'lanes', before: 'yesterday' }, 'invalid_date'],
    [{ queue: 'lanes', all: true }, 'unknown_field'],
  ])('are not put back by %j: %s', async (body, code) => {
    put(message('pay_1'));
    expect((await redrive(body)).json).toMatchObject({ status: 400, code });
    expect(setup.world.setBack).toEqual([]);
  });

  it.each(['limit=0', 'limit=31', 'limit=x'])('are not listed by %s', async (query) => {
    expect((await ask(`GET /v1/dead-letters?${query}`)).json.code).toBe('invalid_value');
  });
});
