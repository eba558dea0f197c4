import { merchantIdSchema, type Outcome, transactionIdSchema } from '../../lib/core/model.ts';
import { isoTime } from '../../lib/core/time.ts';
import { createWorld, payment, type Sent, statusExchange } from './world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const CHECK_BACK = { url: 'https://bank.example/check', afterSeconds: 600 };

/** One run closes at most an hour. Checks take a day for each merchant, until they are given up. */
const RUNS = 100;

type World = ReturnType<typeof createWorld>;

/** Two merchants with rows of every kind: `demo`, which is to be erased, and `other`. */
export async function worldOfErased(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options);
  const { key } = (await world.call(world.admin, 'POST /v1/keys', { scope: 'initiator' })).json;
  const merchants = ['demo', 'other'].map((merchantId) => {
    const record = (id: string, changes: object = {}) =>
      world.call(key, `PUT /v1/merchants/${merchantId}/transactions/${id}`, payment(changes));
    return { merchantId, record };
  });
  for (const one of merchants) await fill(world, one);
  await keepBooks(world);
  for (const one of merchants) await leaveOnTheirWay(world, one);
  const onTheirWay = world.queue.filter(({ message }) => message.merchantId === 'demo');

  return {
    world,
    /** What is on its way for `demo`. */
    onTheirWay: (): readonly Sent[] => onTheirWay,
    async erase(merchantId = 'demo') {
      const request = `DELETE /v1/merchants/${merchantId}?confirm=${merchantId}`;
      if ((await world.call(world.admin, request)).status !== 200) throw new Error('not erased');
      // Longer than any use of cached settings.
      world.time.nowMs += 61_000;
    },
    /**
     * Lets time pass until the deletion has begun, and a feed lag more.
     *
     * @param onBegin called just before the deletion begins
     */
    async begin(onBegin: () => Promise<void> = async () => undefined) {
      world.time.nowMs += HOUR_MS;
      await world.closeWindows();
      await world.audit();
      await onBegin();
      await world.eraseRows();
      world.time.nowMs += 31_000;
    },
    /** The keys of what is left of a merchant, by store. */
    left(merchantId: string): readonly string[] {
      return Object.entries(world.ports.contents).flatMap(([store, rows]) =>
        [...rows]
          .filter(([name, row]) => name.startsWith(`${merchantId}#`) || isOf(merchantId, row))
          .map(([name]) => `${store} ${name}`),
      );
    },
  };
}

function isOf(merchantId: string, row: unknown): boolean {
  const { merchantId: owner, payload = '' } = row as {
    readonly merchantId?: string;
    readonly payload?: string;
  };
  return owner === merchantId || payload.includes(`T#${merchantId}#`);
}

interface Recorded {
  readonly merchantId: string;
  readonly record: (id: string, changes?: object) => Promise<unknown>;
}

async function fill(world: World, { merchantId, record }: Recorded): Promise<void> {
  const own = await world.merchant(merchantId, { schedule: [60, 60] });
  await own.endpoint({ types: ['*', 'tidings.*'] });
  for (let n = 0; n < 4; n += 1) await record(`pay_${n}`, { reference: 'ORDER-1' });
  await record('open_1', { status: 'PENDING', checkBack: CHECK_BACK });
  await record('open_2', { status: 'PENDING' });
  await world.relayAll();
  await world.drain();
  await world.countAll();
  const range = { from: isoTime(world.time.nowMs - DAY_MS), to: isoTime(world.time.nowMs) };
  await world.call(own.manager, 'POST /v1/redeliveries', range);
  await world.ports.parking.park({
    recordId: `record of ${merchantId}`,
    reason: 'not_relayable',
    payload: JSON.stringify({ Keys: { pk: { S: `T#${merchantId}#pay_1` }, sk: { S: 'V#0001' } } }),
  });
}

/** A day passes, and its windows are closed, audited and stated. */
async function keepBooks(world: World): Promise<void> {
  world.time.nowMs += DAY_MS;
  for (let run = 0; run < RUNS; run += 1) {
    await world.closeWindows();
    await world.audit();
  }
  await world.stateDays();
}

/** A first message, a retry and a check. */
async function leaveOnTheirWay(world: World, { record }: Recorded): Promise<void> {
  const before = world.queue.splice(0);
  await record('pay_8');
  await world.relayAll();
  const { answer } = world.receiver;
  world.receiver.answer = () => statusExchange(500);
  for (const sent of world.queue.splice(0)) await world.deliverOne(sent);
  world.receiver.answer = answer;
  await record('pay_9');
  await record('open_3', { status: 'PENDING', checkBack: CHECK_BACK });
  await world.relayAll();
  world.queue.push(...before);
}

/** An outcome as an initiator writes it in its own transaction. */
export function outcomeStampsOf({ time }: World, id: string): Outcome {
  const now = isoTime(time.nowMs);
  return {
    ...payment({ occurredAt: now }),
    merchantId: merchantIdSchema().parse('demo'),
    transactionId: transactionIdSchema().parse(id),
    version: 1,
    recordedAt: now,
    listedAt: now,
  } as Outcome;
}
