import { createHash } from 'node:crypto';
import type { AwsCall } from '../aws/aws-client.ts';
import { AwsFault } from '../aws/aws-fault.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../logging/log.ts';
import { pause } from '../pause.ts';
import type { TableProperties } from '../template/properties.ts';
import type { Resource, Stack } from '../template/stack-resources.ts';

/** When expired items are deleted. */
export interface ExpiryPace {
  /** DynamoDB deletes an item "within a few days". Each item is late by its own share of this time. Default: two days. */
  readonly latenessSeconds?: number;
  /** Time between two passes over a table. Default: an hour. */
  readonly intervalSeconds?: number;
}

export interface ExpirySetting {
  readonly call: AwsCall;
  readonly stack: Stack;
  readonly pace: ExpiryPace;
  readonly log: Log;
}

const DEFAULT_LATENESS_SECONDS = 2 * 24 * 60 * 60;
const DEFAULT_INTERVAL_SECONDS = 60 * 60;

type Item = Readonly<Record<string, unknown>>;

/**
 * Deletes items that have expired, as DynamoDB's Time to Live does: late, at no promised time, and with a record in the stream.
 * The record has no `userIdentity`, which dynoxide cannot be made to write.
 */
export function startExpiry({ call, stack, pace, log }: ExpirySetting): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const latenessSeconds = pace.latenessSeconds ?? DEFAULT_LATENESS_SECONDS;
  const tables = stack
    .ofType('AWS::DynamoDB::Table')
    .filter(({ properties }) => properties.TimeToLiveSpecification?.Enabled === true);

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause((pace.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS) * 1000, stopping.signal);
      for (const table of tables) {
        if (stopping.signal.aborted) return;
        await expireItems(call, table, { latenessSeconds, stopping: stopping.signal }).catch(
          (error: unknown) => {
            const line = `deleting expired items failed: ${messageOf(error)}`;
            log({ source: table.logicalId, stream: 'event', line });
          },
        );
      }
    }
  }

  const running = tables.length === 0 ? Promise.resolve() : run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

interface Pass {
  readonly latenessSeconds: number;
  readonly stopping: AbortSignal;
}

async function expireItems(
  call: AwsCall,
  { physical, properties }: Resource<'AWS::DynamoDB::Table'>,
  { latenessSeconds, stopping }: Pass,
): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const keys = properties.KeySchema.map(({ AttributeName }) => AttributeName);
  const expired = {
    TableName: physical.name,
    ExpressionAttributeNames: { '#ttl': attributeOf(properties) },
    ExpressionAttributeValues: { ':now': { N: String(now) } },
  };
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await call<{ Items?: readonly Item[]; LastEvaluatedKey?: Item }>('Scan', {
      ...expired,
      FilterExpression: '#ttl <= :now',
      ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
    });
    for (const item of page.Items ?? []) {
      const Key = Object.fromEntries(keys.map((name) => [name, item[name]]));
      const expiresAt = Number((item[attributeOf(properties)] as { N?: string }).N);
      if (now < expiresAt + latenessOf(Key, latenessSeconds)) continue;
      // The condition: an item that was given more time since it was read stays.
      await call('DeleteItem', { ...expired, Key, ConditionExpression: '#ttl <= :now' }).catch(
        ignoreLostRace,
      );
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined && !stopping.aborted);
}

function attributeOf({ TimeToLiveSpecification }: TableProperties): string {
  return TimeToLiveSpecification?.AttributeName ?? '';
}

/** The same item is always late by the same time. */
function latenessOf(key: Item, latenessSeconds: number): number {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest().readUInt32BE();
  return (hash / 2 ** 32) * latenessSeconds;
}

function ignoreLostRace(error: unknown): void {
  if (!(error instanceof AwsFault && error.code === 'ConditionalCheckFailedException')) throw error;
}
