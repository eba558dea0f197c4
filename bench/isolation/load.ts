import { setTimeout as delay } from 'node:timers/promises';
import type { LocalService } from '../../test/support/local-service.ts';

/** Recorded outcomes per second. The same in every scenario. */
export interface Load {
  readonly healthyPerSecond: number;
  readonly heavyPerSecond: number;
}

/** Transaction ids that were answered as created, by merchant, and the number of those that were not. */
export interface Recorded {
  readonly created: Map<string, string[]>;
  refused: number;
}

/** The heavy merchant records batches, so many per second. */
const HEAVY_REQUESTS_PER_SECOND = 3;

/**
 * Records for every merchant at its own even pace until `untilMs`. The merchants' paces are shifted against each other.
 * Each request goes out when it is due, even if the service is slow. Resolves when the last one is answered.
 */
export async function record(
  service: LocalService,
  plan: {
    readonly healthy: readonly string[];
    readonly heavy: string;
    readonly load: Load;
    readonly untilMs: number;
    readonly recorded: Recorded;
  },
): Promise<void> {
  const { healthy, heavy, load, untilMs, recorded } = plan;
  const running: Promise<void>[] = [];
  const startMs = Date.now();
  let number = 0;
  const nextId = () => {
    number += 1;
    return `pay_${startMs}_${number}`;
  };

  const pace = async (merchantId: string, perSecond: number, options: { shift: number; size: number }) => {
    const everyMs = 1000 / perSecond;
    for (let dueMs = startMs + options.shift * everyMs; dueMs < untilMs; dueMs += everyMs) {
      await delay(Math.max(0, dueMs - Date.now()));
      running.push(
        recordSome(service, { merchantId, ids: Array.from({ length: options.size }, nextId), recorded }),
      );
    }
  };
  const size = Math.max(1, Math.round(load.heavyPerSecond / HEAVY_REQUESTS_PER_SECOND));
  await Promise.all([
    ...healthy.map((merchantId, index) =>
      pace(merchantId, load.healthyPerSecond, { shift: index / healthy.length, size: 1 }),
    ),
    pace(heavy, load.heavyPerSecond / size, { shift: 0.5, size }),
  ]);
  await Promise.all(running);
}

async function recordSome(
  service: LocalService,
  options: { readonly merchantId: string; readonly ids: readonly string[]; readonly recorded: Recorded },
): Promise<void> {
  const { merchantId, ids, recorded } = options;
  const transactions = ids.map((transactionId) => ({
    transactionId,
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: 1999,
    currency: 'CNY',
    occurredAt: '2026-11-20T08:00:00Z',
  }));
  const path = `POST /v1/merchants/${merchantId}/transactions`;
  const answer = await service
    .api(service.credentials.initiatorKey, path, { transactions })
    .catch(() => undefined);
  const results: readonly { readonly result?: string }[] = answer?.json?.results ?? [];
  const created = ids.filter((_, index) => results[index]?.result === 'created');
  recorded.created.set(merchantId, [...(recorded.created.get(merchantId) ?? []), ...created]);
  recorded.refused += ids.length - created.length;
}
