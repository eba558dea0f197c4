import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '../simulation/chaos.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../support/local-service.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { payment } from '../support/world.ts';

export interface KillResult {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Acknowledged, and at the end not readable or not told. */
  readonly lost: readonly string[];
  readonly duplicates: number;
}

/** Attempts come soon, and for as long as all rounds last: nothing is exhausted before the end. */
const SCHEDULE = [...Array(20).fill(1), ...Array(10).fill(5)];
const MERCHANTS = ['alpha', 'beta', 'gamma'];
const WRITERS = 4;
/** A round lives so long, in milliseconds, before it is killed. */
const LIFE_MS = [100, 1_500] as const;

/**
 * Records under load, kills the whole service with SIGKILL at random moments, starts it again on the same data,
 * and afterwards demands every record that was acknowledged: read back, and told to its receiver.
 */
export async function killRounds(options: {
  readonly rounds: number;
  readonly seed: number;
  readonly onRound?: (round: number, acknowledged: number) => void;
}): Promise<KillResult> {
  const dice = new Dice(options.seed);
  const dataDir = temporaryDirectory();
  let service = await startService(dataDir);
  try {
    const shops = await Promise.all(MERCHANTS.map((name) => openShop(service, name, { schedule: SCHEDULE })));
    const acknowledged = new Map<string, Shop>();
    for (let round = 1; round <= options.rounds; round += 1) {
      const flaky = dice.pick(shops);
      await flaky.goAway();
      const load = record(service, { shops, round, acknowledged, dice });
      await sleep(dice.between(...LIFE_MS));
      await service.kill();
      await load;
      await flaky.comeBack();
      service = await startService(dataDir);
      options.onRound?.(round, acknowledged.size);
    }
    const lost = await missing(service, acknowledged);
    const calls = shops.flatMap(({ callbacks }) => [...callbacks.values()]);
    await Promise.all(shops.map((shop) => shop.goAway()));
    return {
      rounds: options.rounds,
      acknowledged: acknowledged.size,
      lost,
      duplicates: calls.reduce((sum, { length }) => sum + length - 1, 0),
    };
  } finally {
    await service.stop();
    removeDirectory(dataDir);
  }
}

/** Writers that go on until the service is gone; what was answered 201 counts, and nothing else. */
async function record(
  service: LocalService,
  load: {
    readonly shops: readonly Shop[];
    readonly round: number;
    readonly acknowledged: Map<string, Shop>;
    readonly dice: Dice;
  },
): Promise<void> {
  let number = 0;
  const writer = async () => {
    for (;;) {
      number += 1;
      const shop = load.dice.pick(load.shops);
      const transactionId = `pay_${load.round}_${number}`;
      const path = `PUT /v1/merchants/${shop.merchantId}/transactions/${transactionId}`;
      const answer = await service.api(service.credentials.initiatorKey, path, payment());
      if (answer.status === 201) load.acknowledged.set(transactionId, shop);
    }
  };
  await Promise.allSettled(Array.from({ length: WRITERS }, writer));
}

/** Longer than any schedule here still has to run, and than the sweep needs to find what has no message. */
const DRAIN_MS = 300_000;

async function missing(
  service: LocalService,
  acknowledged: ReadonlyMap<string, Shop>,
): Promise<readonly string[]> {
  const deadline = AbortSignal.timeout(DRAIN_MS);
  const lost: string[] = [];
  for (const [transactionId, shop] of acknowledged) {
    const heard = await shop.heard(transactionId, deadline);
    const answer = await service.api(shop.receiverKey, `GET /v1/transactions/${transactionId}`);
    const isReadable = answer.status === 200 && answer.json.status === 'SUCCEEDED';
    if (!isReadable) lost.push(`${shop.merchantId}/${transactionId} cannot be read`);
    if (!heard) lost.push(`${shop.merchantId}/${transactionId} was never told`);
  }
  return lost;
}
