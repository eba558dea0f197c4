import { messageOf } from '../../errors.ts';
import { pause } from '../../pause.ts';
import type { Checkpoints } from '../checkpoints.ts';
import { compileFilters } from '../filter.ts';
import type { EventSource, SourceSetting } from '../source.ts';
import { openShardWindow, type ShardWindow } from './shard-window.ts';
import { READ_MAX, type ShardPlace } from './shared-shard.ts';
import type { StreamRecord } from './stream-batch.ts';
import { endWindow, processBatch } from './stream-batch.ts';
import type { Shard, StreamReader } from './stream-reader.ts';

export interface StreamSourceSetting extends SourceSetting {
  /** The stream, which other event sources may read, too. */
  readonly stream: StreamReader;
  /** The source ARN in the event's records: the ARN to which the template resolves. */
  readonly eventSourceArn: string;
  readonly checkpoints: Checkpoints;
  discard(records: readonly StreamRecord[], attempts: number, reason: string): Promise<void>;
}

const DEFAULT_BATCH_SIZE = 100;
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
        const described = await setting.stream.shards();
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
        // LATEST must be fixed now; otherwise a kill would lose what is written before the first batch.
        setting.checkpoints.save(shardId, await setting.stream.endOf(shardId, stopping));
      }
      await fromCheckpoint(setting, shardId, stopping);
      return;
    } catch (error) {
      if (stopping.aborted) return;
      logFailure(setting, error);
      await pause(RETRY_MS, stopping);
    }
  }
}

async function fromCheckpoint(
  setting: StreamSourceSetting,
  shardId: string,
  stopping: AbortSignal,
): Promise<void> {
  const place = setting.stream.enter(shardId, setting.checkpoints.read(shardId)?.sequenceNumber);
  try {
    await followShard(setting, { shardId, place }, stopping);
  } finally {
    place.leave();
  }
}

interface FollowedShard {
  readonly shardId: string;
  /** Behind the checkpoint. */
  readonly place: ShardPlace;
}

/** Reads until the shard ends or the cloud stops. */
async function followShard(
  setting: StreamSourceSetting,
  { shardId, place }: FollowedShard,
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
  /** Records that the function wants, and the last record that was read. Others are not kept while a batch fills. */
  let wanted: readonly StreamRecord[] = [];
  let lastRead: string | undefined;
  let deadline: number | undefined;
  let seen = 0;
  let readAt = 0;
  let isFull = false;
  /** The shard is closed, and was read to its end. */
  let isRead = false;
  /** Number of wanted records in the last reading. */
  let found = 0;
  while (!stopping.aborted) {
    if (!isRead && wanted.length < batchSize) {
      if (!isFull) await pause(readAt + gapMs(found) - Date.now(), stopping);
      readAt = Date.now();
      const reading = await place.next();
      seen = reading.seen;
      isRead = reading.isLast;
      isFull = reading.records.length >= READ_MAX;
      lastRead = reading.records.at(-1)?.dynamodb.SequenceNumber ?? lastRead;
      const more = reading.records.filter(accepts);
      found = more.length;
      wanted = [...wanted, ...more];
    }
    if (wanted.length > 0) deadline ??= Date.now() + batchingMs;
    const records = firstBatch(wanted, { batchSize, window });
    const isComplete = records.length === batchSize || records.length < wanted.length;
    const isDue = isComplete || isRead || (deadline !== undefined && Date.now() >= deadline);
    if (isBehind(window, wanted)) await endWindow(batch);
    if (wanted.length > 0 && isDue) {
      if (!(await processBatch(batch, records))) return;
      wanted = wanted.slice(records.length);
      deadline = undefined;
    } else if (wanted.length === 0 && lastRead !== undefined) {
      checkpoints.save(shardId, lastRead);
      lastRead = undefined;
    } else if (isRead) {
      await endWindow(batch);
      if (stopping.aborted) return;
      checkpoints.finish(shardId);
      return;
    } else {
      await nextRead(setting.stream, { seen, deadline: deadline ?? window?.endMs }, stopping);
    }
  }
}

interface LastRead {
  /** Number of announced changes before it. */
  readonly seen: number;
  /** When the batch is complete; `undefined`: none has begun. */
  readonly deadline: number | undefined;
}

/** Waits until the stream may have more records, or the batch is due. */
async function nextRead(
  { changes }: StreamReader,
  { seen, deadline = Number.POSITIVE_INFINITY }: LastRead,
  stopping: AbortSignal,
): Promise<void> {
  const dueMs = Math.max(deadline - Date.now(), 0);
  if (changes === undefined) return pause(Math.min(POLL_MS, dueMs), stopping);
  await changes.after(seen, Math.min(ANNOUNCED_POLL_MS, dueMs), stopping);
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

function logFailure(setting: StreamSourceSetting, error: unknown): void {
  setting.log({
    source: setting.logicalId,
    stream: 'event',
    line: `reading the stream failed: ${messageOf(error)}`,
  });
}
