import { ALL } from '../../../lib/core/counts/count-store.ts';
import type { MerchantId } from '../../../lib/core/model.ts';
import type { StoredAttempt } from '../world/simulated-counts.ts';
import type { Evidence } from './check-evidence.ts';

const EVER = { from: '2000-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };

/** Counts of states are checked apart. */
const OF_ATTEMPTS = /^(delivered$|failed#|delay#)/;

/** Each attempt that was stored is counted once, for its endpoint and for the whole service, and nothing else is. */
export async function countsWrong({ counts, stores, merchants, leaver }: Evidence): Promise<string[]> {
  const expected = new Map<string, number>();
  for (const { notification, attempt } of counts.stored.values()) {
    const { merchantId, endpointId, listedAt } = notification;
    const hour = attempt.at.slice(0, 13);
    // The counts of an erased merchant are deleted. Those of the whole service keep its attempts.
    const own = merchantId === leaver?.merchantId ? [] : [`${merchantId} ${endpointId} ${hour}`];
    for (const row of [...own, `${ALL} ${ALL} ${hour}`]) {
      add(expected, `${row} ${resultOf(attempt)}`);
      if (attempt.number === 1) add(expected, `${row} ${delayOf(attempt, listedAt)}`);
    }
  }
  const found = new Map<string, number>();
  const scopes: readonly (MerchantId | typeof ALL)[] = [
    ...merchants.map(({ merchantId }) => merchantId),
    ALL,
  ];
  for (const merchantId of scopes) {
    for (const row of await stores.counts.rows({ merchantId, ...EVER })) {
      const name = `${row.merchantId} ${row.endpointId} ${row.hour.slice(0, 13)}`;
      for (const [count, number] of row.counts)
        if (OF_ATTEMPTS.test(count)) found.set(`${name} ${count}`, number);
    }
  }
  return [...new Set([...expected.keys(), ...found.keys()])]
    .filter((name) => expected.get(name) !== found.get(name))
    .map(
      (name) => `${name} is counted ${found.get(name) ?? 0} times, and is stored ${expected.get(name) ?? 0}`,
    );
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

type Tried = StoredAttempt['attempt'];

function resultOf({ error, statusCode }: Tried): string {
  if (error !== undefined) return `failed#${error}`;
  return statusCode === 410 ? 'failed#gone' : 'delivered';
}

/** The bounds as they are documented. */
const BOUNDS = [100, 250, 500, 1e3, 2.5e3, 5e3, 1e4, 3e4, 6e4, 3e5, 3.6e6];

function delayOf({ at, durationMs }: Tried, listedAt: string): string {
  const ms = Date.parse(at) + durationMs - Date.parse(listedAt);
  return `delay#${BOUNDS.find((bound) => ms <= bound) ?? 'over'}`;
}
