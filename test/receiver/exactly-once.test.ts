import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReceiver, type Outcome, type ReceiverStore } from '../../lib/receiver/index.ts';
import { newSecret, signedCallback } from '../../lib/receiver/testing/index.ts';
import { fetchOf, SINCE } from '../support/kit.ts';
import { createWorld, payment } from '../support/world.ts';
import { openMemoryStore, openSqliteStore, type StoreUnderTest } from './stores/open-stores.ts';

/**
 * A merchant's day in which everything goes wrong: callbacks are lost, come twice, late, all at once or forged; the store
 * and the service are away before or after they have done what was asked; the process dies wherever it waits.
 */

const MINUTE_MS = 60_000;

type Step =
  | {
      readonly do: 'record';
      readonly transaction: number;
      readonly pending: boolean;
      readonly failed: boolean;
    }
  | { readonly do: 'tell'; readonly outcome: number; readonly times: number }
  | { readonly do: 'forge'; readonly outcome: number; readonly how: 'secret' | 'body' | 'time' | 'answer' }
  | { readonly do: 'ask'; readonly transaction: number }
  | { readonly do: 'reconcile' | 'follow' }
  | { readonly do: 'wait'; readonly minutes: number };

const record = fc.record({
  do: fc.constant('record' as const),
  transaction: fc.nat(11),
  pending: fc.boolean(),
  failed: fc.boolean(),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: record },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('tell' as const),
        outcome: fc.nat(11),
        times: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('forge' as const),
        outcome: fc.nat(11),
        how: fc.constantFrom('secret', 'body', 'time', 'answer'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('ask' as const), transaction: fc.nat(11) }),
    },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'reconcile' as const }, { do: 'follow' as const }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 40 }) }),
    },
  ),
  { minLength: 1, maxLength: 40 },
);
/** What becomes of each call, one after the other; afterwards all is well. */
const fates = fc.array(fc.constantFrom('well', 'well', 'well', 'well', 'dies before', 'dies after'), {
  maxLength: 120,
});

/** A day of `steps`, and its evening, when everything works again and the receiver reconciles. */
async function live<Tx>(under: StoreUnderTest<Tx>, plan: readonly Step[], fate: readonly string[]) {
  const world = createWorld();
  const merchant = await world.merchant('demo');
  const { secret: endpointSecret } = await merchant.endpoint();
  world.time.nowMs += 2 * MINUTE_MS;
  const outcomes: Outcome[] = [];
  let next = 0;
  const suffer = async <T>(work: () => Promise<T>): Promise<T> => {
    const what = fate[next] ?? 'well';
    next += 1;
    if (what === 'dies before') throw new Error(what);
    const result = await work();
    if (what === 'dies after') throw new Error(what);
    return result;
  };
  const store: ReceiverStore<Tx> = {
    ...under.store,
    apply: (...given) => suffer(() => under.store.apply(...given)),
    find: (...given) => suffer(() => under.store.find(...given)),
    digests: (...given) => suffer(() => under.store.digests(...given)),
    mark: (...given) => suffer(() => under.store.mark(...given)),
    setMark: (...given) => suffer(() => under.store.setMark(...given)),
    unacknowledged: (...given) => suffer(() => under.store.unacknowledged(...given)),
    acknowledged: (...given) => suffer(() => under.store.acknowledged(...given)),
  };
  const fetch = fetchOf(world);
  const receiver = createReceiver<Tx>({
    merchantId: 'demo',
    secrets: endpointSecret,
    store,
    now: () => world.time.nowMs,
    onOutcome: ({ transactionId }, tx) => under.count(transactionId, tx),
    onEvent: () => undefined,
    service: {
      url: 'https://tidings.example',
      key: merchant.receiver,
      merchantSecrets: merchant.secret,
      since: SINCE,
      tries: 1,
      fetch: (url, init) => suffer(() => fetch(url, init)),
    },
  });
  const post = async ({ headers, body }: { headers: Readonly<Record<string, string>>; body: string }) =>
    (await receiver.handle({ method: 'POST', headers, body: Buffer.from(body) })).status;
  const sign = (outcome: Outcome, secret = endpointSecret, atMs = world.time.nowMs) =>
    signedCallback(outcome, { secrets: secret, now: () => atMs });
  const wait = async (minutes: number) => {
    world.time.nowMs += minutes * MINUTE_MS;
    await world.closeWindows();
  };

  const forge = async (outcome: Outcome, how: string): Promise<void> => {
    const lie = { ...outcome, status: 'FAILED' as const, amount: 1 };
    const genuine = sign(outcome);
    const status = {
      secret: () => post(sign(lie, newSecret())),
      body: () => post({ ...genuine, body: sign(lie).body }),
      time: () => post(sign(lie, endpointSecret, world.time.nowMs - 301_000)),
      answer: () => post(sign(lie, merchant.secret)),
    }[how];
    expect(await status?.()).toBeGreaterThanOrEqual(400);
  };

  const take = async (step: Step): Promise<void> => {
    switch (step.do) {
      case 'record': {
        const path = `PUT /v1/merchants/demo/transactions/pay_${step.transaction}`;
        if (step.pending) await world.call(merchant.initiator, path, payment({ status: 'PENDING' }));
        const { status, json } = await world.call(
          merchant.initiator,
          path,
          payment({ status: step.failed ? 'FAILED' : 'SUCCEEDED', metadata: { step } }),
        );
        if (status === 201) outcomes.push(json);
        return;
      }
      case 'tell': {
        const outcome = outcomes[step.outcome % outcomes.length];
        if (outcome === undefined) return;
        const statuses = await Promise.all(Array.from({ length: step.times }, () => post(sign(outcome))));
        // 2xx only after the commit.
        if (statuses.includes(204)) expect(await under.counted(outcome.transactionId)).toBe(1);
        return;
      }
      case 'forge': {
        const outcome = outcomes[step.outcome % outcomes.length];
        if (outcome !== undefined) await forge(outcome, step.how);
        return;
      }
      case 'ask':
        return void (await orDie(receiver.due({ transactionId: `pay_${step.transaction}` })));
      case 'reconcile':
        return void (await orDie(receiver.reconcile()));
      case 'follow':
        return void (await orDie(receiver.follow()));
      case 'wait':
        return wait(step.minutes);
    }
  };

  for (const step of plan) await take(step);
  next = fate.length;
  for (let run = 0; run < 4; run += 1) await wait(10);
  const report = await receiver.reconcile();
  const totals = await receiver.compare();
  const counts = await Promise.all(outcomes.map(({ transactionId }) => under.counted(transactionId)));
  const left = await under.store.unacknowledged('demo', 100);
  return { report, totals, counts, outcomes, left };
}

async function orDie(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!String(error).includes('dies') && (error as { code?: string }).code === undefined) throw error;
  });
}

describe.each([
  ['memory', openMemoryStore],
  ['SQLite', openSqliteStore],
] as [string, () => StoreUnderTest<never>][])('a receiver over %s', (_name, open) => {
  it('commits onOutcome once for each outcome, despite faults of callbacks, store, service and process', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fates, async (plan, fate) => {
        const under = open();
        const { report, totals, counts, outcomes, left } = await live(under, plan, fate);
        expect(counts).toEqual(outcomes.map(() => 1));
        expect(report).toMatchObject({ conflicts: 0, unsettled: 0 });
        expect(totals).toMatchObject({ isEqual: true, here: { count: outcomes.length } });
        expect(left).toEqual([]);
        under.close();
      }),
      { numRuns: 60 },
    );
  });
});
