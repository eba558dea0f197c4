import { MAX_SNIPPET_BYTES } from '../../lib/core/deliver/state/notification.ts';
import { SECOND_MS } from '../../lib/core/time.ts';
import type { DynamoDbUnderTest } from '../../test/adapters/support/emulators.ts';
import { keptBytes, store } from './cost-of-stored.ts';
import { type MeteredService, openService, RELAY_BATCH } from './cost-service.ts';
import { createMeter, type Meter, perPiece, type Stage, type Used, without } from './meter.ts';
import { MERCHANT, paymentOf, transactionIdOf } from './payment.ts';

/** What one notification costs from recording to audit. */
export interface Way {
  readonly used: ReadonlyMap<Stage, Used>;
  /** Bytes in the table and its indexes at the end. */
  readonly keptBytes: number;
  /** Average bytes of requests to the receiver, without TLS. */
  readonly sentBytes: number;
  /** The metrics that had data. */
  readonly metricNames: readonly string[];
}

export type OnProgress = (share: number) => void;

/** At this rate, the stream delivers full batches four times per second. */
const RECORDED_EVERY_MS = (0.25 * SECOND_MS) / RELAY_BATCH;

/** Delivers every notification at its first attempt, in one window and in full batches. Then audits the window. */
export async function firstTries(
  dynamodb: DynamoDbUnderTest,
  options: {
    readonly count: number;
    readonly url: string;
    readonly reference: boolean;
    readonly by: 'http' | 'outbox';
    /** Outcomes and notifications of the same merchant that are already stored. */
    readonly stored: number;
    /** Records in one batch of the stream. Default: full batches. */
    readonly relayBatch?: number;
    readonly onProgress: OnProgress;
  },
): Promise<Way> {
  const { count, stored, onProgress, relayBatch = RELAY_BATCH } = options;
  const meter = createMeter();
  const service = await openService({ dynamodb, meter, relayBatch });
  try {
    await service.openMerchant(MERCHANT, options);
    await store(service, { count: stored, onProgress });
    for (let number = 0; number < count; number += 1) {
      const key = { merchantId: MERCHANT, transactionId: transactionIdOf(number) };
      const payment = paymentOf(number, options);
      if (options.by === 'http') await service.record(key, payment);
      else await service.commit(key, payment);
      service.time.nowMs += RECORDED_EVERY_MS;
      if ((number + 1) % relayBatch > 0) continue;
      await service.relayAll();
      await service.deliverDue();
      onProgress(number / count);
    }
    await service.relayAll();
    await service.deliverDue();
    await allAre('delivered', service, count);
    return await wayOf(service, { meter, count });
  } finally {
    await service.end();
  }
}

/** The longest answer that is stored, so that the item becomes as large as possible. */
const LONG_BODY = 'x'.repeat(MAX_SNIPPET_BYTES);
/** Length of the schedule. Jitter and deferrals add up to a tenth and an hour. */
const WECHAT_MS = (24 * 3_600 + 240) * SECOND_MS;

/** Lets every attempt fail until the schedule is exhausted. The clock jumps from one attempt to the next. */
export async function exhausted(
  dynamodb: DynamoDbUnderTest,
  options: { readonly count: number; readonly onProgress: OnProgress },
): Promise<Way & { readonly attempts: number }> {
  const { count, onProgress } = options;
  const meter = createMeter();
  let attempts = 0;
  const sender = {
    async send() {
      attempts += 1;
      return { kind: 'response', statusCode: 500, body: LONG_BODY, durationMs: 150 } as const;
    },
  };
  const service = await openService({ dynamodb, meter, sender });
  try {
    await service.openMerchant(MERCHANT, { url: 'https://receiver.example/hooks' });
    for (let number = 0; number < count; number += 1) {
      const key = { merchantId: MERCHANT, transactionId: transactionIdOf(number) };
      await service.record(key, paymentOf(number, { reference: false }));
    }
    const startedMs = service.time.nowMs;
    await service.relayAll();
    for (let dueMs = service.lanes.nextDueMs(); dueMs !== undefined; dueMs = service.lanes.nextDueMs()) {
      service.time.nowMs = Math.max(service.time.nowMs, dueMs);
      await service.deliverDue();
      onProgress((service.time.nowMs - startedMs) / WECHAT_MS);
    }
    await allAre('exhausted', service, count);
    return { ...(await wayOf(service, { meter, count })), attempts: attempts / count };
  } finally {
    await service.end();
  }
}

/** Closes and audits the window, then divides by `count`. Subtracts what closing and auditing an empty window uses. */
async function wayOf(
  service: MeteredService,
  { meter, count }: { readonly meter: Meter; readonly count: number },
): Promise<Way> {
  await service.countAll();
  const used = new Map(meter.take());
  const sentBytes = service.sentBytes() / count;
  const audited = await closeAndAudit(service, meter);
  const nothing = await closeAndAudit(service, meter);
  for (const [stage, all] of audited) used.set(stage, without(all, nothing.get(stage) ?? all));
  return {
    used: new Map([...used].map(([stage, all]) => [stage, perPiece(all, count)])),
    keptBytes: await keptBytes(service, transactionIdOf(0)),
    sentBytes,
    metricNames: service.metricNames(),
  };
}

async function closeAndAudit(service: MeteredService, meter: Meter): Promise<ReadonlyMap<Stage, Used>> {
  service.time.nowMs += service.untilClosedMs;
  await service.close();
  service.time.nowMs += service.untilAuditedMs;
  await service.audit();
  return meter.take();
}

/** Throws if any notification is in another state: the figures would then be about something else. */
async function allAre(state: string, service: MeteredService, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const key = { merchantId: MERCHANT, transactionId: transactionIdOf(number) };
    const { notifications } = await service.table.outcomes.transaction(key);
    const [notification] = notifications;
    if (notification?.state !== state) {
      throw new Error(`${key.transactionId} is ${notification?.state}, not ${state}.`);
    }
  }
}
