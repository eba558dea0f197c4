import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '../simulation/storm/dice.ts';
import { eventually } from '../support/eventually.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../support/local-service.ts';
import { openShop, type Shop } from '../support/running/test-shop.ts';
import { payment } from '../support/world.ts';

export interface KillResult {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Acknowledged, readable, told with a verified callback, and known to be told. */
  readonly delivered: number;
  /** Acknowledged, and at the end not all of that: one sentence each. */
  readonly lost: readonly string[];
  readonly duplicates: number;
}

/** Attempts come soon, and for as long as all rounds last: nothing is exhausted before the end. */
const SCHEDULE = [...Array(20).fill(1), ...Array(10).fill(5)];
const MERCHANTS = ['alpha', 'beta', 'gamma'];
const WRITERS = 4;
/** A round lives so long, in milliseconds, before it is killed. */
const LIFE_MS = [100, 1_500] as const;
/** Share of the rounds that are killed while functions start cold. */
const COLD_SHARE = 0.25;
/** Records that are acknowledged before the life of every other round begins, however slow the machine is. */
const WARM_RECORDS = 12;
/** Share of the rounds in which a receiver goes away; in the others it is there and answers 500. */
const AWAY_SHARE = 0.6;

/**
 * Records under load, kills the whole service with SIGKILL at random moments while a receiver is away or errs, starts it
 * again on the same data, and afterwards demands every record that was acknowledged: read back, and told to its receiver.
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
      if (dice.chance(AWAY_SHARE)) await flaky.stop();
      else flaky.err();
      const { writing, warm } = record(service, { shops, round, acknowledged });
      if (!dice.chance(COLD_SHARE)) await warm;
      await sleep(dice.between(...LIFE_MS));
      await service.kill();
      await writing;
      await flaky.start();
      service = await startService(dataDir);
      options.onRound?.(round, acknowledged.size);
    }
    const lost = await lostOf(service, acknowledged);
    const calls = shops.flatMap(({ callbacks }) => [...callbacks.values()]);
    await Promise.all(shops.map((shop) => shop.stop()));
    return {
      rounds: options.rounds,
      acknowledged: acknowledged.size,
      delivered: acknowledged.size - lost.length,
      lost,
      duplicates: calls.reduce((sum, { length }) => sum + length - 1, 0),
    };
  } finally {
    await service.stop();
    removeDirectory(dataDir);
  }
}

/**
 * Writers that go on until the service is gone; what was answered 201 counts, and nothing else. `warm` resolves
 * with {@link WARM_RECORDS} of them.
 */
function record(
  service: LocalService,
  load: {
    readonly shops: readonly Shop[];
    readonly round: number;
    readonly acknowledged: Map<string, Shop>;
  },
): { readonly writing: Promise<unknown>; readonly warm: Promise<void> } {
  const { promise: warm, resolve: onWarm } = Promise.withResolvers<void>();
  const wanted = load.acknowledged.size + WARM_RECORDS;
  let number = 0;
  const writer = async () => {
    for (;;) {
      number += 1;
      const shop = load.shops[number % load.shops.length];
      if (shop === undefined) return;
      const transactionId = `pay_${load.round}_${number}`;
      const path = `PUT /v1/merchants/${shop.merchantId}/transactions/${transactionId}`;
      const answer = await service.api(service.credentials.initiatorKey, path, payment());
      if (answer.status !== 201) continue;
      load.acknowledged.set(transactionId, shop);
      if (load.acknowledged.size >= wanted) onWarm();
    }
  };
  const writing = Promise.allSettled(Array.from({ length: WRITERS }, writer));
  // Where the service ends by itself they may never be so many: its writers end, and the round goes on to its kill.
  return { writing, warm: Promise.race([warm, writing.then(() => undefined)]) };
}

/** Longer than any pause of the schedule, and than the sweep needs to find what has no message. */
const PATIENCE = { standstillMs: 300_000 };

async function lostOf(
  service: LocalService,
  acknowledged: ReadonlyMap<string, Shop>,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const [transactionId, shop] of acknowledged) {
    const wrong = await shop.heard(transactionId, PATIENCE).then(
      () => wrongAnswer(service, { transactionId, shop }),
      () => 'was never told',
    );
    if (wrong !== undefined) lost.push(`${shop.merchantId}/${transactionId} ${wrong}`);
  }
  return lost;
}

/** A receiver has the callback before the service has written that it was delivered. */
async function wrongAnswer(
  service: LocalService,
  { transactionId, shop }: { readonly transactionId: string; readonly shop: Shop },
): Promise<string | undefined> {
  const look = async () => {
    const answer = await service.api(shop.receiverKey, `GET /v1/transactions/${transactionId}`);
    if (answer.status !== 200 || answer.json.status !== 'SUCCEEDED') return 'cannot be read';
    return answer.json.notifications[0]?.state as string;
  };
  const isOpen = (state: string) => state === 'pending' || state === 'retrying';
  const state = await eventually(
    look,
    (seen) => {
      if (isOpen(seen)) throw new Error(`was told and is still ${seen}`);
    },
    PATIENCE,
  ).catch((error: Error) => error.message);
  return state === 'delivered' ? undefined : state;
}
