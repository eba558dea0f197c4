import type { AwsCall } from '../aws/aws-client.ts';
import type { ChangeSignal } from '../change-signal.ts';
import { messageOf } from '../errors.ts';
import { LOCAL_REGION } from '../template/intrinsics.ts';
import type { Checkpoints } from './checkpoints.ts';
import { compileFilters } from './filter.ts';
import { openShardWindow, type ShardWindow } from './shard-window.ts';
import type { EventSource, SourceSetting } from './source.ts';
import { pause } from './source.ts';
import type { StreamRecord } from './stream-batch.ts';
import { endWindow, processBatch } from './stream-batch.ts';

export interface StreamSourceSetting extends SourceSetting {
  readonly streams: AwsCall;
  /** The stream's ARN as the DynamoDB in use names it. */
  readonly streamArn: string;
  /** The source ARN in the event's records: the ARN to which the template resolves. */
  readonly eventSourceArn: string;
  readonly checkpoints: Checkpoints;
  /** Announces writes to the table. `undefined`: nobody sees them, so the stream is polled more often. */
  readonly changes: ChangeSignal | undefined;
  discard(records: readonly StreamRecord[], attempts: number, reason: string): Promise<void>;
}

interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
}

interface RecordsPage {
  readonly Records: readonly StreamRecord[];
  readonly NextShardIterator?: string;
}

const DEFAULT_BATCH_SIZE = 100;
const READ_MAX = 1000;
/** Lambda polls four times a second; for someone watching, a shorter interval is better. */
const POLL_MS = 100;
/** The interval where writes are announced: for what was written past the announcer. */
const ANNOUNCED_POLL_MS = 3_000;
/** Minimum time between two reads while single records arrive. */
const READ_GAP_MS = 20;
/** The same after a read that found several records: one read and one invocation then serve many writes. Lambda reads every 250 ms. */
const FILLING_GAP_MS = 100;
/** The same for a mapping that collects its batches for longer than this: it gains nothing by reading sooner. */
const BATCHING_GAP_MS = 1_000;
const RETRY_MS = 500;
const SHARD_REFRESH_MS = 10_000;

/**
 * Reads a table's stream for a function: every shard in order, child shards after their parents. The checkpoint moves
 * only after success, so a kill in between repeats the batch.
 */
export function startStreamSource(setting: StreamSourceSetting): EventSource {
  const stopping = new AbortController();
  const shards = new Map<string, Promise<void>>();

  async function watchShards(): Promise<void> {
    for (let isFirst = true; !stopping.signal.aborted; isFirst = false) {
      try {
        const described = await describeShards();
        for (const shard of described) {
          if (shards.has(shard.ShardId) || !isNext(shard, described)) continue;
          const isFromStart = !isFirst || setting.properties.StartingPosition !== 'LATEST';
          shards.set(
            shard.ShardId,
            readShard(setting, { shardId: shard.ShardId, isFromStart }, stopping.signal),
          );
        }
        await pause(SHARD_REFRESH_MS, stopping.signal);
      } catch (error) {
        logFailure(setting, error);
        await pause(RETRY_MS, stopping.signal);
      }
    }
  }

  async function describeShards(): Promise<readonly Shard[]> {
    const { StreamDescription } = await setting.streams<{ StreamDescription: { Shards?: readonly Shard[] } }>(
      'DescribeStream',
      { StreamArn: setting.streamArn },
    );
    return StreamDescription.Shards ?? [];
  }

  function isNext(shard: Shard, all: readonly Shard[]): boolean {
    if (setting.checkpoints.read(shard.ShardId)?.isFinished === true) return false;
    const parent = all.find(({ ShardId }) => ShardId === shard.ParentShardId);
    return parent === undefined || setting.checkpoints.read(parent.ShardId)?.isFinished === true;
  }

  const watching = watchShards();
  return {
    stop: async () => {
      stopping.abort();
      await watching;
      await Promise.all(shards.values());
    },
  };
}

interface ShardStart {
  readonly shardId: string;
  /** `false`: only records written from now on. */
  readonly isFromStart: boolean;
}

async function readShard(
  setting: StreamSourceSetting,
  { shardId, isFromStart }: ShardStart,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    try {
      if (setting.checkpoints.read(shardId) === undefined && !isFromStart) {
        setting.checkpoints.save(shardId, await lastSequenceNumber(setting, shardId, stopping));
      }
      await followShard(setting, shardId, stopping);
      return;
    } catch (error) {
      if (stopping.aborted) return;
      logFailure(setting, error);
      await pause(RETRY_MS, stopping);
    }
  }
}

/**
 * Finds the end of the shard by reading through it once. LATEST must be fixed when the mapping first runs; otherwise
 * a kill would lose what is written before the first batch. The shard's EndingSequenceNumber does not help: open
 * shards have none on AWS, and dynoxide compares it as text (9999 instead of 20000).
 */
async function lastSequenceNumber(
  setting: StreamSourceSetting,
  shardId: string,
  stopping: AbortSignal,
): Promise<string | undefined> {
  let iterator = await iteratorAt(setting, shardId, undefined);
  let last: string | undefined;
  while (iterator !== undefined) {
    stopping.throwIfAborted();
    const page: RecordsPage = await setting.streams<RecordsPage>('GetRecords', {
      ShardIterator: iterator,
      Limit: READ_MAX,
    });
    if (page.Records.length === 0) break;
    last = page.Records.at(-1)?.dynamodb.SequenceNumber;
    iterator = page.NextShardIterator;
  }
  return last;
}

/** Reads until the shard ends or the cloud stops. */
async function followShard(
  setting: StreamSourceSetting,
  shardId: string,
  stopping: AbortSignal,
): Promise<void> {
  const { properties, checkpoints } = setting;
  const accepts = compileFilters(setting.logicalId, properties);
  const batchSize = properties.BatchSize ?? DEFAULT_BATCH_SIZE;
  const batchingMs = properties.MaximumBatchingWindowInSeconds * 1000;
  const window = windowOf(setting, shardId);
  const gapMs = (found: number) => {
    if (batchingMs > 0) return Math.min(batchingMs, BATCHING_GAP_MS);
    return found > 1 ? FILLING_GAP_MS : READ_GAP_MS;
  };
  const batch = {
    ...setting,
    stopping,
    window,
    onProgress: (sequenceNumber: string) => checkpoints.save(shardId, sequenceNumber),
  };
  let iterator = await iteratorAt(setting, shardId, checkpoints.read(shardId)?.sequenceNumber);
  /** Records that the function wants, and the last record that was read. Others are not kept while a batch fills. */
  let wanted: readonly StreamRecord[] = [];
  let lastRead: string | undefined;
  let deadline: number | undefined;
  let seen = 0;
  let readAt = 0;
  let isFull = false;
  /** Number of wanted records in the last page. */
  let found = 0;
  while (!stopping.aborted) {
    if (iterator !== undefined && wanted.length < batchSize) {
      if (!isFull) await pause(readAt + gapMs(found) - Date.now(), stopping);
      seen = setting.changes?.count ?? 0;
      readAt = Date.now();
      const page: RecordsPage = await setting.streams<RecordsPage>('GetRecords', {
        ShardIterator: iterator,
        Limit: READ_MAX,
      });
      iterator = page.NextShardIterator;
      isFull = page.Records.length >= READ_MAX;
      lastRead = page.Records.at(-1)?.dynamodb.SequenceNumber ?? lastRead;
      const more = wantedOf(page, accepts);
      found = more.length;
      wanted = [...wanted, ...more];
    }
    if (wanted.length > 0) deadline ??= Date.now() + batchingMs;
    const records = firstBatch(wanted, { batchSize, window });
    const isComplete = records.length === batchSize || records.length < wanted.length;
    const isDue = isComplete || iterator === undefined || (deadline !== undefined && Date.now() >= deadline);
    if (isBehind(window, wanted)) await endWindow(batch);
    if (wanted.length > 0 && isDue) {
      if (!(await processBatch(batch, records))) return;
      wanted = wanted.slice(records.length);
      deadline = undefined;
    } else if (wanted.length === 0 && lastRead !== undefined) {
      checkpoints.save(shardId, lastRead);
      lastRead = undefined;
    } else if (iterator === undefined) {
      await endWindow(batch);
      if (stopping.aborted) return;
      checkpoints.finish(shardId);
      return;
    } else {
      await nextRead(setting, { seen, deadline: deadline ?? window?.endMs }, stopping);
    }
  }
}

interface LastRead {
  /** Number of changes before it. */
  readonly seen: number;
  /** When the batch is complete; `undefined`: none has begun. */
  readonly deadline: number | undefined;
}

/** Waits until the stream may have more records, or the batch is due. */
async function nextRead(
  { changes }: StreamSourceSetting,
  { seen, deadline = Number.POSITIVE_INFINITY }: LastRead,
  stopping: AbortSignal,
): Promise<void> {
  const dueMs = Math.max(deadline - Date.now(), 0);
  if (changes === undefined) return pause(Math.min(POLL_MS, dueMs), stopping);
  await changes.after(seen, Math.min(ANNOUNCED_POLL_MS, dueMs), stopping);
}

function wantedOf({ Records }: RecordsPage, accepts: (record: unknown) => boolean): readonly StreamRecord[] {
  return Records.map((record) => ({ ...record, awsRegion: LOCAL_REGION })).filter(accepts);
}

interface BatchLimits {
  readonly batchSize: number;
  readonly window: ShardWindow | undefined;
}

/** The records of the next batch. All belong to one window. */
function firstBatch(
  wanted: readonly StreamRecord[],
  { batchSize, window }: BatchLimits,
): readonly StreamRecord[] {
  const end = wanted.findIndex(
    (record, index) => index === batchSize || window?.startOf(record) !== window?.startOf(wanted[0]),
  );
  return end === -1 ? wanted : wanted.slice(0, end);
}

function windowOf({ properties, eventSourceArn }: StreamSourceSetting, shardId: string) {
  const lengthSeconds = properties.TumblingWindowInSeconds;
  return lengthSeconds === 0 ? undefined : openShardWindow({ shardId, eventSourceArn, lengthSeconds });
}

/** Whether the current window has ended: the next record belongs to a later one, or its time is over. */
function isBehind(window: ShardWindow | undefined, [next]: readonly StreamRecord[]): boolean {
  if (window?.endMs === undefined) return false;
  return next === undefined ? Date.now() >= window.endMs : window.startOf(next) >= window.endMs;
}

async function iteratorAt(
  setting: StreamSourceSetting,
  shardId: string,
  sequenceNumber: string | undefined,
): Promise<string | undefined> {
  const { ShardIterator } = await setting.streams<{ ShardIterator?: string }>('GetShardIterator', {
    StreamArn: setting.streamArn,
    ShardId: shardId,
    ...(sequenceNumber === undefined
      ? { ShardIteratorType: 'TRIM_HORIZON' }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequenceNumber }),
  });
  return ShardIterator;
}

function logFailure(setting: StreamSourceSetting, error: unknown): void {
  setting.log({
    source: setting.logicalId,
    stream: 'event',
    line: `reading the stream failed: ${messageOf(error)}`,
  });
}
