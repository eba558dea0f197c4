import { beforeEach, describe, expect, it } from 'vitest';
import { expectedEndpoints } from '../../../lib/core/deliver/expected-endpoints.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { LEAD_OF_ONE_CLOCK } from '../../../lib/core/merchants/dated-writes.ts';
import { disableEndpoint } from '../../../lib/core/merchants/endpoints.ts';
import type { MerchantStore } from '../../../lib/core/merchants/merchant-store.ts';
import { isTerminal, merchantIdSchema } from '../../../lib/core/model.ts';
import { isoTime } from '../../../lib/core/time.ts';
import type { Shop, World } from '../../support/demo-world.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';

type Write = 'createEndpoint' | 'saveEndpoint';

const DEMO = merchantIdSchema().parse('demo');
const ADMIN_TIMEOUT_MS = 20_000;
const url = 'https://shop.example/hooks';
const lostAnswer = () => new Fault({ code: 'unavailable', message: 'no answer', retryable: true });

let world: World;
let demo: Shop;
beforeEach(async () => {
  world = createWorld();
  demo = await world.merchant('demo');
});

const make = (body: object = {}) =>
  world.call(demo.manager, 'POST /v1/merchants/demo/endpoints', { url, ...body });
const change = (endpointId: string, body: object) =>
  world.call(demo.manager, `PATCH /v1/merchants/demo/endpoints/${endpointId}`, body);
const record = async (id: string) =>
  (await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment())).json;
const standing = async () => (await world.ports.merchants.read(DEMO))?.endpoints[0];

/** Whom the audit will look for. */
async function expected(id: string): Promise<readonly string[]> {
  const outcomes = [...world.ports.contents.outcomes.values()].filter(isTerminal);
  const outcome = outcomes.find(({ transactionId }) => transactionId === id);
  const config = await world.ports.merchants.read(DEMO);
  if (outcome === undefined || config === undefined) throw new Error('nothing was recorded');
  return expectedEndpoints(outcome, config, undefined);
}

async function told(): Promise<readonly unknown[]> {
  await world.relayAll();
  return world.queue.map(({ message }) => 'endpointId' in message && message.endpointId);
}

/** Puts something around the next writes of one kind, one after the other; later ones are as ever. */
function around(name: Write, ...turns: readonly ((write: () => Promise<boolean>) => Promise<boolean>)[]) {
  const { merchants } = world.ports;
  const write = merchants[name] as (...args: unknown[]) => Promise<boolean>;
  const left = [...turns];
  merchants[name] = (async (...args: unknown[]) => {
    const turn = left.shift();
    return turn === undefined ? write(...args) : turn(() => write(...args));
  }) as MerchantStore[Write] as never;
}

/** Each way of wanting more: its first request, and the write that it makes. */
const WIDENINGS: readonly (readonly [string, Write, (endpointId: string) => ReturnType<typeof make>])[] = [
  ['a new endpoint', 'createEndpoint', () => make()],
  ['an endpoint that is enabled', 'saveEndpoint', (endpointId) => change(endpointId, { enabled: true })],
  [
    'an endpoint that wants more types',
    'saveEndpoint',
    (endpointId) => change(endpointId, { enabled: true, types: ['payment.*'] }),
  ],
];

describe.each(WIDENINGS)('%s', (_name, write, widen) => {
  let endpointId: string;
  beforeEach(async () => {
    if (write === 'createEndpoint') return;
    endpointId = (await demo.endpoint({ enabled: false, types: ['refund.*'] })).endpointId;
    await change(endpointId, { types: ['payment.*'] });
  });

  it('is in force when it is answered, and says since when', async () => {
    const { json } = await widen(endpointId);
    expect(world.time.nowMs).toBe(START_MS + 5_001);
    expect(json).toMatchObject({ enabled: true, inForceFrom: isoTime(START_MS + 5_000) });
    const { listedAt } = await record('pay_1');
    expect(listedAt >= json.inForceFrom).toBe(true);
    expect(await told()).toEqual([json.endpointId]);
  });

  it.each([
    ['by the same clock', 0],
    ['by a clock that is ahead as far as two may differ', 4_000],
  ])('is not expected of what is relayed before it is written, recorded %s', async (_clock, offMs) => {
    around(write, async (done) => {
      world.time.nowMs += 999 + offMs;
      await record('pay_1');
      await world.relayAll();
      world.time.nowMs -= offMs;
      return done();
    });
    expect((await widen(endpointId)).json.enabled).toBe(true);
    expect(world.queue).toEqual([]);
    expect(await expected('pay_1')).toEqual([]);
  });

  it.each<[string, (done: () => Promise<boolean>) => Promise<boolean>]>([
    [
      'comes too late for its date',
      async (done) => {
        const isDone = await done();
        world.time.nowMs += 1_000;
        return isDone;
      },
    ],
    ['is done, and its answer lost', (done) => done().then(() => Promise.reject(lostAnswer()))],
    ['never comes', () => Promise.reject(lostAnswer())],
  ])('is dated anew where the write %s', async (_how, turn) => {
    around(write, turn);
    const { json } = await widen(endpointId);
    const { history, rev } = (await standing()) ?? {};
    const last = history?.at(-1);
    // The second write has twice the time, and begins after the first.
    expect(Date.parse(json.inForceFrom)).toBeGreaterThan(START_MS + 6_000);
    expect(last?.from).toBe(json.inForceFrom);
    expect(history?.filter(({ enabled }) => enabled)).toHaveLength(1);
    expect(world.time.nowMs).toBe(Date.parse(json.inForceFrom) + 1);
    expect(rev).toBeLessThanOrEqual(4);
    await record('pay_1');
    expect(await told()).toEqual([json.endpointId]);
  });

  it('is dated anew where a write that was given up is done after the next has begun', async () => {
    let late: (() => Promise<boolean>) | undefined;
    around(
      write,
      (done) => {
        late = done;
        return Promise.reject(lostAnswer());
      },
      async (done) => {
        world.time.nowMs += 500;
        await late?.();
        return done();
      },
    );
    const { json } = await widen(endpointId);
    const { history } = (await standing()) ?? {};
    expect(history?.at(-1)?.from).toBe(json.inForceFrom);
    expect(history?.filter(({ enabled }) => enabled)).toHaveLength(1);
    expect(Date.parse(json.inForceFrom)).toBeGreaterThan(START_MS + 6_500);
    expect((await world.ports.merchants.read(DEMO))?.endpoints).toHaveLength(1);
  });

  it('is given up before the time-out of the function, with an answer that the result is unknown', async () => {
    const late = async () => {
      world.time.nowMs += 2_000;
      throw lostAnswer();
    };
    around(write, late, late, late, late, late, late);
    const { json } = await widen(endpointId);
    expect(json).toMatchObject({ status: 503, code: 'unavailable' });
    expect(world.time.nowMs - START_MS).toBeLessThan(ADMIN_TIMEOUT_MS);
  });

  it('that was left behind by a process that died is answered when it is in force', async () => {
    around(write, async (done) => {
      await done();
      throw new Error('killed');
    });
    expect((await widen(endpointId)).status).toBe(500);
    const left = (await standing()) ?? { endpointId: '', history: [] };
    const { json } = await change(left.endpointId, { enabled: true });
    expect(json.inForceFrom).toBe(isoTime(START_MS + 5_000));
    expect(world.time.nowMs).toBe(START_MS + 5_001);
  });

  it('is in force after 200 ms where all run by one clock', async () => {
    world.ports.lead = LEAD_OF_ONE_CLOCK;
    const { json } = await widen(endpointId);
    expect(json.inForceFrom).toBe(isoTime(START_MS + 200));
    expect(world.time.nowMs).toBe(START_MS + 201);
  });

  it('by one clock is dated anew after 200 ms without an answer, and then has twice the time', async () => {
    world.ports.lead = LEAD_OF_ONE_CLOCK;
    around(write, async (done) => {
      const isDone = await done();
      world.time.nowMs += 200;
      return isDone;
    });
    const { json } = await widen(endpointId);
    expect(json.inForceFrom).toBe(isoTime(START_MS + 200 + 400));
  });
});

describe('what takes away', () => {
  it('is in force at once, and not waited for', async () => {
    const { endpointId } = await demo.endpoint();
    const { json } = await change(endpointId, { enabled: false });
    expect(json).toMatchObject({ enabled: false, inForceFrom: isoTime(START_MS) });
    expect(world.time.nowMs).toBe(START_MS);
    const made = await make({ enabled: false });
    expect(made.json.inForceFrom).toBe(isoTime(START_MS));
    expect(world.time.nowMs).toBe(START_MS);
  });

  it('also cancels what is being enabled, where the endpoint asks never to be called again', async () => {
    const { endpointId } = await demo.endpoint({ enabled: false });
    const { sleep } = world.ports.timer;
    world.ports.timer.sleep = async (ms) => {
      world.time.nowMs += 1_000;
      const key = { merchantId: DEMO, endpointId: endpointId as never };
      await disableEndpoint(world.ports, { ...key, url, reason: 'gone' });
      return sleep(ms - 1_000);
    };
    await change(endpointId, { enabled: true });
    expect((await standing())?.history).toEqual([{ from: expect.any(String), enabled: false, types: ['*'] }]);
    await record('pay_1');
    expect(await told()).toEqual([]);
  });

  it('by deleting is done once, also where the table’s answer was lost', async () => {
    const { endpointId } = await demo.endpoint();
    around('saveEndpoint', (done) => done().then(() => Promise.reject(lostAnswer())));
    const path = `/v1/merchants/demo/endpoints/${endpointId}`;
    expect((await world.call(demo.manager, `DELETE ${path}`)).status).toBe(204);
    expect((await world.call(demo.manager, `DELETE ${path}`)).status).toBe(404);
  });

  it('begins now where other types come in its place, which begin ahead', async () => {
    const { endpointId } = await demo.endpoint({ types: ['payment.*'] });
    around('saveEndpoint', async (done) => {
      const isDone = await done();
      await record('pay_1');
      return isDone;
    });
    const { json } = await change(endpointId, { types: ['refund.*'] });
    expect(json.inForceFrom).toBe(isoTime(START_MS + 5_000));
    expect(await expected('pay_1')).toEqual([]);
    expect((await standing())?.history.map(({ from, types }) => [from, types])).toEqual([
      [isoTime(START_MS - 5_000), ['payment.*']],
      [isoTime(START_MS), []],
      [isoTime(START_MS + 5_000), ['refund.*']],
    ]);
  });
});

describe('changes side by side', () => {
  it('are all in force when they are answered', async () => {
    const { endpointId } = await demo.endpoint({ types: ['refund.*'] });
    const answers = await Promise.all([
      change(endpointId, { types: ['refund.*', 'payment.succeeded'] }),
      change(endpointId, { timeoutMs: 2_000 }),
      change(endpointId, { types: ['*'] }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { history = [] } = (await standing()) ?? {};
    const froms = history.map(({ from }) => from);
    expect(froms).toEqual([...new Set(froms)].sort());
    for (const { json } of answers) expect(Date.parse(json.inForceFrom)).toBeLessThan(world.time.nowMs);
  });

  it('a change of anything else waits for what was not yet in force, because its answer shows it', async () => {
    const { endpointId } = await demo.endpoint({ enabled: false });
    around('saveEndpoint', async (done) => {
      await done();
      throw new Error('killed');
    });
    await change(endpointId, { enabled: true });
    const { json } = await change(endpointId, { timeoutMs: 2_000 });
    expect(json).toMatchObject({ enabled: true, timeoutMs: 2_000 });
    expect(world.time.nowMs).toBeGreaterThan(Date.parse(json.inForceFrom));
  });
});
