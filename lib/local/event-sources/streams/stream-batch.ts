import { messageOf } from '../../errors.ts';
import { pause } from '../../pause.ts';
import { readBatchResult } from '../batch-result.ts';
import type { SourceSetting } from '../source.ts';
import type { ShardWindow } from './shard-window.ts';

/** A change as DynamoDB streams return it and Lambda passes it on. */
export interface StreamRecord {
  readonly eventID: string;
  readonly awsRegion?: string;
  readonly dynamodb: { readonly SequenceNumber: string; readonly ApproximateCreationDateTime?: number };
}

export interface BatchSetting extends SourceSetting {
  /** The source ARN in the event's records. */
  readonly eventSourceArn: string;
  readonly stopping: AbortSignal;
  /** `undefined`: the mapping has no tumbling window. */
  readonly window: ShardWindow | undefined;
  /** Receives the sequence number up to which everything is processed. */
  onProgress(sequenceNumber: string): void;
  /** Receives records that are given up. Without a destination in the template they are dropped. */
  discard(records: readonly StreamRecord[], attempts: number, reason: string): Promise<void>;
}

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;

/** Invokes the function for the end of the current window, if there is one. The records behind it wait for its success. */
export async function endWindow(setting: BatchSetting): Promise<void> {
  const { window, target, stopping } = setting;
  let pauseMs = FIRST_BACKOFF_MS;
  while (window?.endMs !== undefined && !stopping.aborted) {
    try {
      window.keep(await target.invoke(window.finalEvent()));
      window.end();
    } catch (error) {
      setting.log({
        source: setting.logicalId,
        stream: 'event',
        line: `ending the window failed: ${messageOf(error)}`,
      });
      await pause(pauseMs, stopping);
      pauseMs = Math.min(pauseMs * 2, MAX_BACKOFF_MS);
    }
  }
}

/**
 * Processes a batch in order until it is done or given up. No record is processed before the records in front of it
 * are settled.
 * @returns `false` if the cloud stopped first; records without progress are then processed again
 */
export async function processBatch(setting: BatchSetting, batch: readonly StreamRecord[]): Promise<boolean> {
  const { properties, stopping } = setting;
  let records = batch;
  for (let attempts = 1; records.length > 0; attempts += 1) {
    if (stopping.aborted) return false;
    const outcome = await attempt(setting, records);
    if (outcome.kind === 'done') {
      progressTo(setting, records.at(-1));
      return true;
    }
    const failedFrom = records.slice(outcome.failedFrom);
    progressTo(setting, records[outcome.failedFrom - 1]);
    if (outcome.failedFrom > 0) {
      // The rest counts as a new batch, and this was its first attempt: progress never uses up the retries.
      records = failedFrom;
      attempts = 1;
    }
    const isUsedUp = properties.MaximumRetryAttempts >= 0 && attempts > properties.MaximumRetryAttempts;
    if (isUsedUp || isTooOld(setting, failedFrom)) {
      await setting.discard(
        failedFrom,
        attempts,
        isUsedUp ? 'RetryAttemptsExhausted' : 'MaximumRecordAgeExceeded',
      );
      progressTo(setting, failedFrom.at(-1));
      return true;
    }
    if (properties.BisectBatchOnFunctionError && failedFrom.length > 1) {
      const middle = Math.ceil(failedFrom.length / 2);
      const first = await processBatch(setting, failedFrom.slice(0, middle));
      return first && (await processBatch(setting, failedFrom.slice(middle)));
    }
    await pause(Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), MAX_BACKOFF_MS), stopping);
  }
  return true;
}

type Outcome = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly failedFrom: number };

async function attempt(setting: BatchSetting, records: readonly StreamRecord[]): Promise<Outcome> {
  let answer: unknown;
  try {
    answer = await setting.target.invoke({
      Records: records.map((record) => ({ ...record, eventSourceARN: setting.eventSourceArn })),
      ...setting.window?.fieldsFor(records),
    });
    setting.window?.keep(answer);
  } catch (error) {
    setting.log({
      source: setting.logicalId,
      stream: 'event',
      line: `the batch failed: ${messageOf(error)}`,
    });
    return { kind: 'failed', failedFrom: 0 };
  }
  if (!setting.properties.FunctionResponseTypes.includes('ReportBatchItemFailures')) return { kind: 'done' };
  const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
  const result = readBatchResult(answer, new Set(numbers));
  switch (result.kind) {
    case 'success':
      return { kind: 'done' };
    case 'partial':
      // Retry everything from the first failure on, so that the order is kept.
      return { kind: 'failed', failedFrom: numbers.findIndex((number) => result.failed.has(number)) };
    case 'malformed':
      setting.log({
        source: setting.logicalId,
        stream: 'event',
        line: `the whole batch failed: ${result.reason}`,
      });
      return { kind: 'failed', failedFrom: 0 };
  }
}

function progressTo(setting: BatchSetting, record: StreamRecord | undefined): void {
  if (record !== undefined) setting.onProgress(record.dynamodb.SequenceNumber);
}

function isTooOld({ properties }: BatchSetting, records: readonly StreamRecord[]): boolean {
  const oldest = records[0]?.dynamodb.ApproximateCreationDateTime;
  if (properties.MaximumRecordAgeInSeconds < 0 || oldest === undefined) return false;
  return Date.now() / 1000 - oldest > properties.MaximumRecordAgeInSeconds;
}
