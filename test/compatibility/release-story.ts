import { sweepAll } from '../../lib/core/deliver/sweep.ts';
import { audit } from '../support/scheduled-runs.ts';
import { payment, statusExchange } from '../support/world.ts';
import type { TableWorld } from './table-world.ts';

/** The keys of the story's merchant, with which its answers are asked for. */
export interface StoryKeys {
  readonly initiator: string;
  readonly receiver: string;
  readonly manager: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CHECKS = 'https://bank.example/checks';

/**
 * Two days of a merchant, so that the table holds every kind of row, and every kind of message is on its way at the end.
 * The second day leaves open what the first one settled.
 */
export async function tellStory(world: TableWorld): Promise<StoryKeys> {
  const demo = await world.merchant('demo', { schedule: [10, 10], feedShards: 2, timeZone: 'Asia/Shanghai' });
  await world.merchant('other');
  const hook = await demo.endpoint({ expectBody: 'success' });
  await demo.endpoint({ url: 'https://shop.example/refunds', types: ['refund.*'], schedule: 'alipay' });
  await world.call(demo.manager, `POST /v1/merchants/demo/endpoints/${hook.endpointId}/test`);

  await firstDay(world, demo);
  await keepBooks(world);
  await secondDay(world, demo);
  const { initiator, receiver, manager } = demo;
  return { initiator, receiver, manager };
}

/** A run closes and audits an hour. */
const RUNS = 12;

/** Closes, audits and states what is due, as the functions that run every minute do. */
export async function keepBooks(world: TableWorld): Promise<void> {
  for (let run = 0; run < RUNS; run += 1) {
    await world.closeWindows();
    await audit(world);
  }
  await world.stateDays();
}

type Keys = Pick<StoryKeys, 'initiator' | 'receiver'>;

const recorder =
  (world: TableWorld, { initiator }: Keys) =>
  (transactionId: string, changes: object) =>
    world.call(
      initiator,
      `PUT /v1/merchants/demo/transactions/${transactionId}`,
      payment({ reference: `SHOP-${transactionId}`, ...changes }),
    );

/** How each transaction's receiver answers: by the beginning of its id. */
function answering(world: TableWorld): void {
  world.receiver.answer = ({ url, body }) => {
    if (url === CHECKS) return statusExchange(503);
    if (body.includes('"transactionId":"down')) return statusExchange(500);
    if (url.endsWith('/refunds')) return statusExchange(410);
    return { kind: 'response', statusCode: 200, body: 'success', durationMs: 5 };
  };
}

async function firstDay(world: TableWorld, keys: Keys): Promise<void> {
  answering(world);
  const record = recorder(world, keys);
  await record('good_1', {});
  await record('good_2', {
    status: 'FAILED',
    reason: { code: 'declined', message: 'No money.' },
    metadata: { till: 4, note: '订单' },
    notifyUrl: 'https://shop.example/of-this-order',
  });
  await record('gone_1', { transactionType: 'refund', relatedTransactionId: 'good_1', amount: 99 });
  await record('down_1', { currency: 'USD' });
  await record('down_2', {});
  await record('ended_1', { status: 'PENDING', checkBack: { url: CHECKS, afterSeconds: 60 } });
  await record('lost_1', { status: 'PENDING' });
  await world.relayRecorded();
  await record('ended_1', {});
  await world.relayRecorded();
  await world.drain();
  await world.call(keys.receiver, 'POST /v1/transactions/down_2/acknowledge', { version: 1 });
  await world.ports.parking.park({ recordId: 'record_1', reason: 'not_an_outcome', payload: '{"Keys":{}}' });
  // Nobody can be asked how `lost_1` ended: it is unresolved after a day.
  world.time.nowMs += DAY_MS + HOUR_MS;
  await sweepAll(world.ports, Number.POSITIVE_INFINITY);
  await world.drain();
}

/** Ends with a message in each lane, and with a redelivery that has begun. */
async function secondDay(world: TableWorld, keys: Keys): Promise<void> {
  const record = recorder(world, keys);
  await record('down_3', {});
  await world.relayRecorded();
  const [first] = world.queue.splice(0, 1);
  if (first !== undefined) await world.deliverOne(first);
  await record('fresh_1', { reference: 'SHOP-fresh' });
  await record('open_1', { status: 'PENDING', checkBack: { url: CHECKS, afterSeconds: 300 } });
  await world.relayRecorded();
  const range = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' };
  await world.call(keys.receiver, 'POST /v1/redeliveries', range);
}
