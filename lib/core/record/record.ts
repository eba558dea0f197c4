import {
  type CallbackPolicy,
  type CallbackUrlRefusal,
  vetCallbackUrl,
} from '../../protocol/content/callback-target.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { feedShardOf } from '../../protocol/table/outcome-layout.ts';
import { Fault } from '../faults.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import type { Outcome, OutcomeContent, TransactionId, TransactionKey, Version } from '../model.ts';
import type { Clock, Random, Reporter, Timer } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS, msOf } from '../time.ts';
import { decideRecording, type RecordDecision } from './decide.ts';
import type { OutcomeStore } from './outcome-store.ts';
import { newCheck } from './pending-check.ts';

export type RecordResult =
  | { readonly kind: 'created' | 'unchanged'; readonly outcome: Outcome }
  | Extract<RecordDecision, { kind: 'conflict' | 'mismatch' }>
  | { readonly kind: 'unknown_merchant' | 'merchant_erased' }
  /** A URL may not be called, or `checkBack` was given for an outcome that is not PENDING. */
  | {
      readonly kind: 'refused';
      readonly pointer: '/notifyUrl' | '/checkBack' | '/checkBack/url';
      readonly code: CallbackUrlRefusal | 'check_back_not_pending';
      /** What is allowed instead, for people. */
      readonly detail?: string | undefined;
    };

/** Tries of one write; each has its own stamp. */
const MAX_WRITE_TRIES = 3;
const RETRY_BASE_MS = 50;
/** Age allowed for a cached profile. So an outcome may still be recorded this long after its merchant was erased. */
export const PROFILE_MAX_AGE_MS = MINUTE_MS;
/** Concurrent recordings of one batch. */
const BATCH_CONCURRENCY = 10;

export interface RecordPorts {
  readonly outcomes: OutcomeStore;
  readonly configs: ConfigCache;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly callbackPolicy: CallbackPolicy;
  /** Seconds after which a PENDING that has not ended becomes `unresolved`. */
  readonly checkHorizonSeconds: number;
  readonly reporter: Reporter;
}

/**
 * Records an outcome with one conditional write. It sends no message: the table's stream (the outbox) triggers delivery.
 * If the process dies at any point, there is either no outcome, or an outcome that will be delivered.
 *
 * @throws Fault if the table is unavailable, or the clock cannot be trusted
 */
export async function recordOutcome(
  ports: RecordPorts,
  key: TransactionKey,
  content: OutcomeContent,
): Promise<RecordResult> {
  const config = await ports.configs.get(key.merchantId, ports.clock.now() - PROFILE_MAX_AGE_MS);
  if (config === undefined) {
    return { kind: (await ports.configs.isErased(key.merchantId)) ? 'merchant_erased' : 'unknown_merchant' };
  }
  const { feedShards } = config.profile;
  const refused = refusedField(ports, content);
  if (refused !== undefined) return refused;

  const first = await write(ports, { key, content, version: 1, feedShards });
  if (first.kind === 'created') return first;
  const decision = decideRecording(await ports.outcomes.versions(key), content);
  if (decision.kind !== 'write') return decision;
  const second = await write(ports, { key, content, version: decision.version, feedShards });
  if (second.kind === 'created') return second;

  // Another writer ended the transaction between the read and the write. The stored state now decides the result.
  const result = decideRecording(await ports.outcomes.versions(key), content);
  if (result.kind === 'write') {
    throw new Fault({
      code: 'unavailable',
      message: 'The result is unknown: the write was refused, but the stored version could not be read.',
      retryable: true,
    });
  }
  return result;
}

function refusedField(
  { callbackPolicy }: RecordPorts,
  content: OutcomeContent,
): Extract<RecordResult, { kind: 'refused' }> | undefined {
  if (content.checkBack !== undefined && content.status !== 'PENDING') {
    return { kind: 'refused', pointer: '/checkBack', code: 'check_back_not_pending' };
  }
  for (const [pointer, url] of [
    ['/notifyUrl', content.notifyUrl],
    ['/checkBack/url', content.checkBack?.url],
  ] as const) {
    const vetted = url === undefined ? undefined : vetCallbackUrl(url, callbackPolicy);
    if (vetted?.ok === false) return { kind: 'refused', pointer, code: vetted.code, detail: vetted.detail };
  }
  return undefined;
}

interface VersionToWrite {
  readonly key: TransactionKey;
  readonly content: OutcomeContent;
  readonly version: Version;
  readonly feedShards: number;
}

type Written = { readonly kind: 'created'; readonly outcome: Outcome } | { readonly kind: 'exists' };

async function write(ports: RecordPorts, options: VersionToWrite): Promise<Written> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ports.outcomes.inTurn(() => writeOnce(ports, options));
    } catch (error) {
      if (!(error instanceof Fault && error.retryable) || tries === MAX_WRITE_TRIES) throw error;
      await ports.timer.sleep(RETRY_BASE_MS * 2 ** tries * (0.5 + ports.random.fraction()));
    }
  }
}

async function writeOnce(
  ports: RecordPorts,
  { key, content, version, feedShards }: VersionToWrite,
): Promise<Written> {
  const stamp = isoTime(ports.clock.now());
  const outcome: Outcome = {
    ...key,
    ...content,
    version,
    recordedAt: stamp,
    ...(content.status !== 'PENDING' && { listedAt: stamp }),
  };
  const result = await put(ports, outcome, feedShards);
  return result === 'written' ? { kind: 'created', outcome } : { kind: 'exists' };
}

function put(ports: RecordPorts, outcome: Outcome, feedShards: number): Promise<'written' | 'exists'> {
  if (outcome.status !== 'PENDING') {
    return ports.outcomes.putIfAbsent(outcome, feedShardOf(outcome.transactionId, feedShards));
  }
  const check = newCheck(outcome, {
    preparedAtMs: msOf(outcome.recordedAt),
    afterSeconds: outcome.checkBack?.afterSeconds,
    horizonSeconds: ports.checkHorizonSeconds,
  });
  return ports.outcomes.prepare(outcome, check);
}

export type BatchItemResult = RecordResult | FailedItem;

/** The item may be recorded later without a change. */
interface FailedItem {
  readonly kind: 'failed';
  readonly code: string;
}

export interface BatchItem {
  readonly transactionId: TransactionId;
  readonly content: OutcomeContent;
}

/** The result of an item that was not tried, because an earlier item of its transaction failed. */
const NOT_TRIED: FailedItem = { kind: 'failed', code: 'unavailable' };

/**
 * Records up to 100 outcomes of one merchant. Results are in the order of the items. A transaction's failure does not stop
 * the others. Items of the same transaction run one after the other, in batch order. After an item that failed, the later
 * ones of its transaction are not tried: a PENDING that is repeated after its end would be a conflict.
 */
export async function recordBatch(
  ports: RecordPorts,
  merchantId: TransactionKey['merchantId'],
  items: readonly BatchItem[],
): Promise<readonly BatchItemResult[]> {
  const queues = Map.groupBy(items.keys(), (index) => items[index]?.transactionId);
  const results = new Array<BatchItemResult>(items.length);
  await boundedMap([...queues.values()], BATCH_CONCURRENCY, async (queue) => {
    let hasFailed = false;
    for (const index of queue) {
      const item = items[index];
      if (item === undefined) continue;
      const result: BatchItemResult = hasFailed ? NOT_TRIED : await recordItem(ports, { merchantId, item });
      hasFailed = result.kind === 'failed';
      results[index] = result;
    }
  });
  return results;
}

async function recordItem(
  ports: RecordPorts,
  { merchantId, item }: { readonly merchantId: TransactionKey['merchantId']; readonly item: BatchItem },
): Promise<BatchItemResult> {
  try {
    return await recordOutcome(ports, { merchantId, transactionId: item.transactionId }, item.content);
  } catch (error) {
    // One transaction's failure must not stop the others, nor leave them running after the response. So it becomes its result.
    const code = error instanceof Fault ? error.code : 'internal';
    ports.reporter.report({ event: 'recording_failed', merchantId, code, fault: String(error) });
    return { kind: 'failed', code };
  }
}
