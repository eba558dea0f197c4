import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { verified } from '../../support/verified.ts';
import { payment, START_MS, statusExchange } from '../../support/world.ts';

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();
const FROM = `from=${iso(START_MS)}`;

describe('counts of attempts', () => {
  const setup = useDemoWorld();
  const ask = (query = FROM, key = setup.demo.receiver) => setup.world.call(key, `GET /v1/stats?${query}`);
  /** Records a transaction of the merchant, attempts it to its end, and counts. */
  const tell = async (transactionId: string, { initiator } = setup.demo, merchantId = 'demo') => {
    const { world } = setup;
    await world.call(initiator, `PUT /v1/merchants/${merchantId}/transactions/${transactionId}`, payment());
    await world.relayAll();
    await world.drain();
    await world.countAll();
    world.time.nowMs += 1_000;
  };

  it('say by hour what was attempted, how it ended, and how late first attempts were', async () => {
    const { world, demo } = setup;
    const { endpointId } = await demo.endpoint();
    await tell('pay_1');
    const answers = [statusExchange(503), statusExchange(503)];
    world.receiver.answer = () => answers.pop() ?? statusExchange(200);
    await tell('pay_2');
    const answer = await ask();
    expect(answer.status).toBe(200);
    const sums = {
      attempts: 4,
      delivered: 2,
      failed: { http_server_error: 2 },
      firstAttemptDelays: [{ upToMs: 100, count: 2 }],
    };
    expect(answer.json).toMatchObject({
      merchantId: 'demo',
      from: iso(START_MS),
      to: iso(START_MS + HOUR),
      resolution: 'hour',
      items: [{ start: iso(START_MS), ...sums }],
      endpoints: [{ endpointId, ...sums }],
    });
    verified(answer, demo.secret);
  });

  it('count an attempt once, also if its notification is written again afterwards', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await tell('pay_1');
    const told = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    const [{ notificationId }] = told.json.notifications;
    await world.call(demo.receiver, `POST /v1/notifications/${notificationId}/acknowledge`);
    await world.countAll();
    expect((await ask()).json.items).toMatchObject([{ attempts: 1 }]);
  });

  it('add hours up to days, and leave out those without an attempt', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    for (const [index, laterMs] of [0, HOUR, 26 * HOUR].entries()) {
      world.time.nowMs = START_MS + laterMs;
      await tell(`pay_${index}`);
    }
    const day = Date.parse('2026-11-20T00:00:00Z');
    const days = (await ask(`${FROM}&resolution=day`)).json;
    expect(days).toMatchObject({ from: iso(day), to: iso(day + 48 * HOUR) });
    expect(days.items).toMatchObject([
      { start: iso(day), attempts: 2 },
      { start: iso(day + 24 * HOUR), attempts: 1 },
    ]);
    const hours = (await ask(`${FROM}&to=${iso(START_MS + HOUR + 1)}`)).json;
    expect(hours.items.map(({ start }: { start: string }) => start)).toEqual([
      iso(START_MS),
      iso(START_MS + HOUR),
    ]);
  });

  it('are those of one endpoint, if the question names it', async () => {
    const { demo } = setup;
    const [one] = [await demo.endpoint(), await demo.endpoint({ url: 'https://shop.example/other' })];
    await tell('pay_1');
    expect((await ask()).json.endpoints).toHaveLength(2);
    const own = (await ask(`${FROM}&endpointId=${one?.endpointId}`)).json;
    expect(own.endpoints).toMatchObject([{ endpointId: one?.endpointId, attempts: 1 }]);
    expect(own.items).toMatchObject([{ attempts: 1 }]);
    expect((await ask(`${FROM}&endpointId=ep_unknown`)).json.items).toEqual([]);
  });

  it('are a merchant’s own: another’s are refused, and operators see each, and the whole service', async () => {
    const { world, demo } = setup;
    const other = await world.merchant('other');
    await demo.endpoint();
    await other.endpoint();
    await tell('pay_1');
    await tell('pay_1', other, 'other');
    await tell('pay_2', other, 'other');
    for (const key of [demo.receiver, demo.manager]) {
      expect((await ask(FROM, key)).json.items).toMatchObject([{ attempts: 1 }]);
      expect((await ask(`${FROM}&merchantId=demo`, key)).json.items).toMatchObject([{ attempts: 1 }]);
      expect((await ask(`${FROM}&merchantId=other`, key)).json.code).toBe('insufficient_scope');
      expect((await ask(`${FROM}&merchantId=*`, key)).json.code).toBe('invalid_id');
    }
    const asked = await ask(`${FROM}&merchantId=other`, world.admin);
    expect(asked.json.items).toMatchObject([{ attempts: 2 }]);
    expect(asked.headers.get('webhook-signature')).toBeNull();
    expect((await ask(`${FROM}&merchantId=nobody`, world.admin)).json.code).toBe('unknown_merchant');
    const whole = (await ask(FROM, world.admin)).json;
    expect(whole.items).toMatchObject([{ attempts: 3, delivered: 3 }]);
    expect(whole.endpoints).toEqual([]);
  });

  it.each([
    ['', 'missing_field'],
    ['from=yesterday', 'invalid_date'],
    [`${FROM}&resolution=week`, 'invalid_value'],
    [`${FROM}&to=${iso(START_MS)}`, 'invalid_range'],
    [`from=${iso(START_MS + HOUR)}`, 'in_future'],
    [`${FROM}&to=${iso(START_MS + 31 * 24 * HOUR + 1)}`, 'range_too_long'],
    [`${FROM}&endpointId=a%20b`, 'invalid_id'],
    [`${FROM}&limit=5`, 'unknown_parameter'],
  ])('are refused: %s is %s', async (query, code) => {
    const answer = await ask(query);
    expect(answer.json).toMatchObject({ status: 400, code });
  });
});
