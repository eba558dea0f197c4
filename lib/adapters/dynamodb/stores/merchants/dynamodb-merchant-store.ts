import { type Tombstone, tombstoneSchema } from '../../../../core/merchants/erasing/tombstone.ts';
import {
  type Endpoint,
  endpointSchema,
  type Profile,
  profileSchema,
} from '../../../../core/merchants/merchant-config.ts';
import type { MerchantStore } from '../../../../core/merchants/merchant-store.ts';
import { PAST_MS } from '../../../../core/merchants/settings-history.ts';
import { msOf, SECOND_MS } from '../../../../core/time.ts';
import { ERASED_FEED_SHARDS, merchantPk, PROFILE_SK } from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { QueryCommand, TransactWriteCommand } from '../../documents/document-commands.ts';
import { auditPut, type TransactItem } from '../../items/audit-items.ts';
import { entryKey, isTombstone, settingsAttributes, settingsChange } from '../../items/directory-items.ts';
import { endpointSk } from '../../items/item-keys.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite, unchangedSince } from '../../table/conditions.ts';
import { putLogged } from '../../table/put-logged.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';
import { openErasurePut } from '../erasing/dynamodb-erasure-store.ts';

export function createMerchantStore(table: Table): MerchantStore {
  const { documents, stamping, name: TableName } = table;

  // Invariant: a change applies to the revision that was read, and to no newer one.
  function putIfRev(Item: Record<string, unknown>, expectedRev: number) {
    return { TableName, Item, ...unchangedSince('rev', expectedRev) };
  }

  return {
    async read(merchantId) {
      const readAtMs = table.clock.now();
      const items = await queryAll(table, 'Reading a merchant', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': merchantPk(merchantId) },
        ConsistentRead: true,
      });
      const profile = items.find(({ sk }) => sk === PROFILE_SK);
      if (profile === undefined || isTombstone(profile)) return undefined;
      const endpoints = items.filter(({ sk }) => String(sk).startsWith('E#'));
      return {
        profile: readItem(table, profile, { kind: 'a profile', read: (item) => profileSchema().parse(item) }),
        endpoints: endpoints.map((item) =>
          readItem(table, item, { kind: 'an endpoint', read: (one) => endpointSchema().parse(one) }),
        ),
        readAtMs,
      };
    },

    async tombstone(merchantId) {
      const { Items: [row] = [] } = await calling('Reading a tombstone', () =>
        documents.send(
          new QueryCommand({
            TableName,
            // No GetItem: the functions that ask may query these partitions, and nothing else.
            KeyConditionExpression: 'pk = :pk AND sk = :sk',
            ExpressionAttributeValues: { ':pk': merchantPk(merchantId), ':sk': PROFILE_SK },
            ConsistentRead: true,
          }),
        ),
      );
      if (row === undefined || !isTombstone(row)) return undefined;
      return readItem(table, row, { kind: 'a tombstone', read: (one) => tombstoneSchema().parse(one) });
    },

    erase(tombstone, expectedRev, { endpointIds = [], entry } = {}) {
      const pk = merchantPk(tombstone.merchantId);
      const row = { pk, sk: PROFILE_SK, ...tombstone, feedShards: ERASED_FEED_SHARDS };
      // Invariant: the walks pass a merchant by from the moment at which it has a tombstone, and its rows will be deleted.
      const change = [
        { Put: putIfRev(row, expectedRev) },
        { Update: directoryErasure(TableName, tombstone) },
        openErasurePut(TableName, tombstone.merchantId),
      ];
      const endpoints = endpointIds.map((endpointId) => ({
        Delete: { TableName, Key: { pk, sk: endpointSk(endpointId) } },
      }));
      const all = together(...change, ...endpoints, ...auditPut(TableName, entry));
      return calling('Erasing a merchant', () => conditionalWrite(() => documents.send(all)));
    },

    create(profile, entry) {
      const creation = merchantCreation(TableName, profile, table.clock.now());
      const all = together(...creation, ...auditPut(TableName, entry));
      return calling('Creating a merchant', () => conditionalWrite(() => documents.send(all)));
    },

    createEndpoint(endpoint, expectedProfileRev, { withinMs = table.stampBoundMs, entry } = {}) {
      const creation = endpointCreation(TableName, endpoint, expectedProfileRev);
      const all = together(...creation, ...auditPut(TableName, entry));
      const abortSignal = AbortSignal.timeout(withinMs);
      return calling('Creating an endpoint', () =>
        conditionalWrite(() => stamping.send(all, { abortSignal })),
      );
    },

    saveProfile(profile, expectedRev, entry) {
      const row = { pk: merchantPk(profile.merchantId), sk: PROFILE_SK, ...profile };
      const listing = { TableName, ...settingsChange(profile, table.clock.now()) };
      // Invariant: the walks see a new feed shard before any outcome is written to it.
      const change = [{ Put: putIfRev(row, expectedRev) }, { Update: listing }];
      const all = together(...change, ...auditPut(TableName, entry));
      return calling('Saving a profile', () => conditionalWrite(() => documents.send(all)));
    },

    saveEndpoint(endpoint, expectedRev, { withinMs = table.stampBoundMs, entry } = {}) {
      const Put = putIfRev(endpointRow(endpoint), expectedRev);
      const abortSignal = AbortSignal.timeout(withinMs);
      return calling('Saving an endpoint', () =>
        conditionalWrite(() => putLogged(stamping, { Put, entry, abortSignal })),
      );
    },
  };
}

function directoryErasure(TableName: string, { merchantId, erasedAt }: Tombstone) {
  return {
    TableName,
    Key: entryKey(merchantId),
    UpdateExpression: 'SET erasedAt = :at',
    // Invariant: no row is made for an unknown merchant.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':at': erasedAt },
  };
}

function together(...TransactItems: TransactItem[]): TransactWriteCommand {
  return new TransactWriteCommand({ TransactItems });
}

function merchantCreation(TableName: string, profile: Profile, nowMs: number): TransactItem[] {
  const { merchantId, createdAt } = profile;
  const row = { pk: merchantPk(merchantId), sk: PROFILE_SK, ...profile };
  const directoryRow = {
    ...entryKey(merchantId),
    merchantId,
    createdAt,
    ...settingsAttributes(profile, nowMs),
  };
  // Invariant: a merchant is in the directory as soon as it exists.
  return [
    { Put: { TableName, Item: row, ConditionExpression: 'attribute_not_exists(pk)' } },
    { Put: { TableName, Item: directoryRow } },
  ];
}

function endpointCreation(TableName: string, endpoint: Endpoint, expectedProfileRev: number): TransactItem[] {
  const { merchantId, endpointId } = endpoint;
  const pk = merchantPk(merchantId);
  const row = { pk, sk: endpointSk(endpointId), ...endpoint };
  const raise = {
    TableName,
    Key: { pk, sk: PROFILE_SK },
    UpdateExpression: 'SET rev = rev + :one',
    // Invariant: an endpoint is made only if all existing ones were counted.
    ConditionExpression: 'rev = :rev',
    ExpressionAttributeValues: { ':one': 1, ':rev': expectedProfileRev },
  };
  return [
    { Put: { TableName, Item: row, ConditionExpression: 'attribute_not_exists(pk)' } },
    { Update: raise },
  ];
}

/** A deleted endpoint expires when the past that is kept no longer reaches back to it. */
function endpointRow(endpoint: Endpoint): Record<string, unknown> {
  const { merchantId, endpointId, deletedAt } = endpoint;
  return {
    pk: merchantPk(merchantId),
    sk: endpointSk(endpointId),
    ...endpoint,
    ...(deletedAt !== undefined && { ttl: Math.floor((msOf(deletedAt) + PAST_MS) / SECOND_MS) }),
  };
}
