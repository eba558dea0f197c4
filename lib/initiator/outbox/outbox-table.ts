import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Machine } from '../../protocol/runtime/machine.ts';
import {
  ERASED_FEED_SHARDS,
  merchantPk,
  OUTCOMES_PREFIX,
  PROFILE_SK,
  transactionPk,
} from '../../protocol/table/outcome-layout.ts';
import { InitiatorFault } from '../fault.ts';
import type { MerchantId, TransactionKey } from '../ids.ts';
import { READ_ATTRIBUTES, type RecordedVersion, recordedVersion } from './outbox-items.ts';
import { type Failure, faultOf, type Sending, send } from './sending.ts';
import { createTableClock, type TableClock } from './table-clock.ts';

/** The part of the service's table that an initiator may read. */
export interface OutboxTable {
  readonly name: string;
  readonly client: DynamoDBDocumentClient;
  readonly tableClock: TableClock;
  readonly machine: Machine;
  /** Number of partitions of the merchant's feed, at most a minute old. The number only grows. */
  feedShards(merchantId: MerchantId): Promise<number>;
  /** The recorded versions, oldest first; strongly consistent. */
  versions(key: TransactionKey): Promise<readonly RecordedVersion[]>;
}

const READ_TIMEOUT_MS = 3_000;
const MAX_READ_TRIES = 3;
const RETRY_BASE_MS = 50;
const PROFILE_MAX_AGE_MS = 60_000;
/** Maximum number of cached merchants per client. Beyond it, the oldest is evicted. */
const MAX_CACHED_PROFILES = 1_000;

interface Profile {
  readonly feedShards: number;
  readonly readAtMs: number;
}

/** State shared by the calls of one client, for the lifetime of the client. */
interface Memory {
  readonly tableClock: TableClock;
  readonly profiles: Map<string, Profile>;
}

const memories = new WeakMap<DynamoDBDocumentClient, Memory>();

function memoryOf(client: DynamoDBDocumentClient): Memory {
  const known = memories.get(client);
  if (known !== undefined) return known;
  const memory = { tableClock: createTableClock(), profiles: new Map<string, Profile>() };
  memories.set(client, memory);
  return memory;
}

export function openOutboxTable(options: {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  readonly machine: Machine;
}): OutboxTable {
  const { client, name, machine } = options;
  const { tableClock, profiles } = memoryOf(client);
  const sending: Sending = { clock: machine.clock, tableClock, timeoutMs: READ_TIMEOUT_MS };

  return {
    name,
    client,
    tableClock,
    machine,

    async feedShards(merchantId) {
      const cacheKey = `${name}#${merchantId}`;
      const cached = profiles.get(cacheKey);
      const readAtMs = machine.clock.now();
      // An untrusted clock becomes trusted again only through an answer, so the cache must not prevent the request.
      if (cached !== undefined && isFresh(cached, readAtMs) && tableClock.isTrusted())
        return cached.feedShards;
      profiles.delete(cacheKey);
      const { Item } = await reading(machine, 'Reading the merchant', () => {
        const command = profileCommand(name, merchantId);
        return send(sending, command, (abortSignal) => client.send(command, { abortSignal }));
      });
      if (Item === undefined) throw unknownMerchant();
      const feedShards: unknown = Item.feedShards;
      if (feedShards === ERASED_FEED_SHARDS) throw merchantErased();
      if (!Number.isSafeInteger(feedShards) || (feedShards as number) < 1) throw unreadable('profile');
      profiles.set(cacheKey, { feedShards: feedShards as number, readAtMs });
      for (const oldest of profiles.keys()) {
        if (profiles.size <= MAX_CACHED_PROFILES) break;
        profiles.delete(oldest);
      }
      return feedShards as number;
    },

    async versions(key) {
      const { Items = [] } = await reading(machine, 'Reading the transaction', () => {
        const command = versionsCommand(name, key);
        return send(sending, command, (abortSignal) => client.send(command, { abortSignal }));
      });
      try {
        return Items.map(recordedVersion);
      } catch (cause) {
        throw unreadable('transaction', cause);
      }
    },
  };
}

/** Whether a cached profile is fresh. If the clock was set back, an entry from its future is not fresh. */
function isFresh({ readAtMs }: Profile, nowMs: number): boolean {
  const age = nowMs - readAtMs;
  return age >= 0 && age < PROFILE_MAX_AGE_MS;
}

/** Reads only the needed attributes. A profile holds sealed secrets, and the policy denies everything else. */
function profileCommand(TableName: string, merchantId: MerchantId): GetCommand {
  return new GetCommand({
    TableName,
    Key: { pk: merchantPk(merchantId), sk: PROFILE_SK },
    ProjectionExpression: 'feedShards',
    ConsistentRead: true,
  });
}

function versionsCommand(TableName: string, key: TransactionKey): QueryCommand {
  return new QueryCommand({
    TableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :versions)',
    ExpressionAttributeValues: { ':pk': transactionPk(key), ':versions': OUTCOMES_PREFIX },
    Select: 'SPECIFIC_ATTRIBUTES',
    ProjectionExpression: READ_ATTRIBUTES.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(READ_ATTRIBUTES.map((name) => [`#${name}`, name])),
    ConsistentRead: true,
  });
}

/** Repeats a read on transient failures. Reads are always safe to repeat. */
async function reading<Answer>(
  machine: Machine,
  what: string,
  read: () => Promise<{ readonly kind: 'answered'; readonly answer: Answer } | Failure>,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const sent = await read();
    if (sent.kind === 'answered') return sent.answer;
    const fault = faultOf(what, sent);
    if (!fault.retryable || tries === MAX_READ_TRIES) throw fault;
    await machine.sleep(RETRY_BASE_MS * 2 ** tries * (0.5 + machine.random.fraction()));
  }
}

function unknownMerchant(): InitiatorFault {
  return new InitiatorFault({ code: 'unknown_merchant', message: 'There is no such merchant.' });
}

function merchantErased(): InitiatorFault {
  return new InitiatorFault({ code: 'merchant_erased', message: 'A merchant with this id was erased.' });
}

function unreadable(what: string, cause?: unknown): InitiatorFault {
  return new InitiatorFault({
    code: 'unexpected_answer',
    message: `The ${what} in the table is not valid. Is tableName the service's table?`,
    cause,
  });
}
