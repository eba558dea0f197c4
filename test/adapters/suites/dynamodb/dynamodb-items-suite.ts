import { describe, expect, it } from 'vitest';
import {
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '../../../../lib/adapters/dynamodb/documents/document-commands.ts';
import {
  CHECK_SK,
  notificationSk,
  unresolvedPartitionPk,
  unresolvedSk,
} from '../../../../lib/adapters/dynamodb/items/item-keys.ts';
import { notificationItem } from '../../../../lib/adapters/dynamodb/items/notification-items.ts';
import { systemClock } from '../../../../lib/adapters/system.ts';
import { MAX_ATTEMPTS_KEPT, type Notification } from '../../../../lib/core/deliver/state/notification.ts';
import { AUDIT_LOG_DAYS } from '../../../../lib/core/merchants/audit-log/audit-trail.ts';
import { PAST_MS } from '../../../../lib/core/merchants/settings-history.ts';
import { PARTITIONS } from '../../../../lib/core/partitions.ts';
import { DAY_SECONDS, SECOND_MS } from '../../../../lib/core/time.ts';
import {
  feedPk,
  outcomeItem,
  outcomeSk,
  referencePk,
  transactionPk,
} from '../../../../lib/protocol/table/outcome-layout.ts';
import { type DynamoDbTable, type DynamoDbUnderTest, RETENTION_DAYS } from '../../support/emulators.ts';
import {
  at,
  closedWindow,
  endpoint,
  notification,
  OTHER,
  pending,
  profile,
  SHOP,
  settled,
  succeeded,
  transaction,
} from '../../support/samples.ts';
import { useTable } from '../../support/throwaway-table.ts';

/** Bytes of an item as DynamoDB counts them: names and values in UTF-8; a list 3 and one for each element. */
function itemBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + 1 + itemBytes(one), 3);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).reduce(
      (sum, [name, one]) => sum + Buffer.byteLength(name) + itemBytes(one),
      0,
    );
  }
  return 1;
}

/** What only the real table has: rows of others, consistency, sizes, expiry, a clock of its own. */
export function describeDynamoDbItems(dynamodb: DynamoDbUnderTest): void {
  describe('foreign rows in an index', () => {
    const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;
    const put = (Item: Record<string, unknown>) =>
      table().table.documents.send(new PutCommand({ TableName: table().table.name, Item }));
    /** An outcome of another merchant that claims to be of `SHOP` in the indexes. */
    const foreign = (transactionId: string) => ({
      ...succeeded({ merchantId: OTHER, transactionId, reference: 'ORDER-1' }),
      pk: transactionPk({ merchantId: OTHER, transactionId: transaction(transactionId) }),
      sk: outcomeSk(1),
      feedPk: feedPk(SHOP, 0),
      feedSk: `${at(0)}#${transactionId}#1`,
      referencePk: referencePk(SHOP, 'ORDER-1'),
      referenceSk: transactionId,
    });
    const page = (changes: object = {}) =>
      table().feed.page({ merchantId: SHOP, shard: 0, from: at(0), to: at(60), limit: 10, ...changes });

    it('are dropped from the feed, counted one by one, and hide no own ones', async () => {
      await put(foreign('pay_0'));
      // Not even one that names the merchant in its attributes: its key says whose it is.
      await put({ ...foreign('pay_2'), merchantId: SHOP });
      await table().outcomes.putIfAbsent(succeeded(), 0);
      expect((await page()).rows).toEqual([succeeded()]);
      expect(table().events).toEqual(
        ['pay_0', 'pay_2'].map(() => ({ event: 'foreign_row', merchantId: SHOP, index: 'feed' })),
      );
      const first = await page({ limit: 1 });
      expect(first.rows).toEqual([]);
      expect((await page({ limit: 1, cursor: first.cursor })).rows).toEqual([succeeded()]);
    });

    it('are listed where they are right: an outcome of a transaction with an initiator’s own rows', async () => {
      const TableName = table().table.name;
      const outcome = succeeded({ listedAt: at(7), recordedAt: at(7) });
      const Item = outcomeItem(outcome, { feedShard: 2, retentionDays: RETENTION_DAYS });
      const own = { Put: { TableName, Item: { pk: 'orders', sk: 'ORDER-1' } } };
      const transaction = new TransactWriteCommand({ TransactItems: [own, { Put: { TableName, Item } }] });
      await table().table.documents.send(transaction);
      expect((await page({ shard: 2 })).rows).toEqual([outcome]);
      expect((await page({ shard: 2, after: outcome })).rows).toEqual([]);
      expect(table().events).toEqual([]);
    });

    it('are dropped from what is unresolved of a merchant, and counted', async () => {
      const order = `${SHOP}#${at(0)}#pay_1`;
      await put({
        pk: transactionPk({ merchantId: OTHER, transactionId: transaction('pay_1') }),
        sk: CHECK_SK,
        undeliveredPk: unresolvedPartitionPk(3),
        undeliveredSk: unresolvedSk(order),
      });
      const page = { partition: 3, limit: 5, merchantId: SHOP };
      expect(await table().checks.unresolved(page)).toEqual({ keys: [] });
      expect(table().events).toEqual([{ event: 'foreign_row', merchantId: SHOP, index: 'undelivered' }]);
    });

    it('are dropped from a reference, counted, and make no page end early', async () => {
      for (let index = 0; index < 9; index += 1) await put(foreign(`aaa_${index}`));
      await table().outcomes.putIfAbsent(succeeded({ reference: 'ORDER-1' }), 0);
      const found = await table().outcomes.idsByReference({
        merchantId: SHOP,
        reference: 'ORDER-1',
        limit: 2,
      });
      expect(found).toEqual({ ids: ['pay_1'], more: false });
      expect(table().events).toHaveLength(9);
      expect(table().events[0]).toEqual({ event: 'foreign_row', merchantId: SHOP, index: 'reference' });
    });

    it('are dropped from what was not delivered, and counted', async () => {
      const own = settled({ state: 'exhausted' });
      const options = { nowMs: Date.now(), retentionDays: RETENTION_DAYS };
      await table().notifications.save(own, 0);
      const { undeliveredPk, undeliveredSk } = notificationItem(own, options);
      const theirs = settled({ state: 'exhausted', merchantId: OTHER });
      await put({ ...notificationItem(theirs, options), undeliveredPk, undeliveredSk });
      const found = [];
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const ask = { merchantId: SHOP, state: 'exhausted' as const, from: at(0), to: at(60), limit: 9 };
        found.push(...(await table().notifications.undelivered({ ...ask, partition })).keys);
      }
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ merchantId: SHOP });
      expect(table().events).toEqual([{ event: 'foreign_row', merchantId: SHOP, index: 'undelivered' }]);
    });
  });

  describe('requests to the table', () => {
    const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;

    it('read strongly wherever the port says so', async () => {
      const seen: unknown[] = [];
      table().table.documents.middlewareStack.add(
        (next) => (args) => {
          seen.push(...consistencies(args.input as ReadInput));
          return next(args);
        },
        { step: 'initialize' },
      );
      const { outcomes, notifications, merchants, directory, windows, jobs, keys } = table();
      const key = succeeded();
      for (const read of [
        () => outcomes.versions(key),
        () => outcomes.transaction(key),
        () => notifications.read(notification()),
        () => merchants.read(SHOP),
        () => directory.list(0),
        () => directory.mark(0, 'closed'),
        () => directory.mark(0, 'audited'),
        () => directory.marks([0, 1], ['closed', 'audited']),
        () => directory.entry(SHOP),
        () => windows.read(SHOP, at(0)),
        () => windows.buckets(closedWindow()),
        () => windows.page({ merchantId: SHOP, from: at(0), to: at(300), limit: 1 }),
        () => jobs.read(SHOP, 'job1'),
        () => jobs.running(),
        () => keys.read('k1'),
        () => keys.list({ owner: SHOP, limit: 1 }),
      ]) {
        seen.length = 0;
        await read();
        expect(seen, String(read)).toEqual([true]);
      }
      // An outcome never changes: a cheap read that finds it is right, one that does not is asked again.
      seen.length = 0;
      expect(await outcomes.read(key)).toBeUndefined();
      expect(seen).toEqual([false, true]);
      await outcomes.putIfAbsent(key, 0);
      seen.length = 0;
      expect(await outcomes.read(key)).toEqual(key);
      expect(seen[0]).toBe(false);
    });

    it('stamp nothing while the clock disagrees with the table by more than two seconds', async () => {
      for (const offMs of [-5_000, 5_000]) {
        const skewed = await dynamodb.open({ now: () => systemClock.now() + offMs });
        await skewed.outcomes.versions(succeeded());
        await expect(skewed.outcomes.putIfAbsent(succeeded(), 0)).rejects.toMatchObject({
          code: 'clock_skew',
          retryable: true,
        });
        expect(await skewed.outcomes.versions(succeeded())).toEqual([]);
        expect(skewed.events).toEqual([{ event: 'clock_skew', skewMs: expect.any(Number) }]);
        await skewed.close();
      }
    });

    it('that DynamoDB refuses end as a fault, not as an error of the SDK', async () => {
      const away = await dynamodb.open();
      await away.close();
      await expect(away.notifications.read(notification())).rejects.toMatchObject({ name: 'Fault' });
    });
  });

  describe('items of the table', () => {
    const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;
    const rowAt = async (pk: string, sk: string) => {
      const get = new GetCommand({ TableName: table().table.name, Key: { pk, sk }, ConsistentRead: true });
      return (await table().table.documents.send(get)).Item;
    };
    const ttlOf = async (pk: string, sk: string) => (await rowAt(pk, sk))?.ttl as unknown;
    const kept = (iso: string, days: number) => Date.parse(iso) / 1000 + days * DAY_SECONDS;

    it('expire ten days after the retention, PENDING a day after its end, and what is in force never', async () => {
      const key = succeeded();
      await table().outcomes.putIfAbsent(pending(), 0);
      expect(await ttlOf(transactionPk(key), outcomeSk(1))).toBeUndefined();
      const end = succeeded({ version: 2, recordedAt: at(60) });
      await table().outcomes.putIfAbsent(end, 0);
      await table().outcomes.settlePending(end);
      expect(await ttlOf(transactionPk(key), outcomeSk(2))).toBe(kept(at(60), RETENTION_DAYS + 10));
      expect(await ttlOf(transactionPk(key), outcomeSk(1))).toBe(kept(at(60), RETENTION_DAYS + 11));

      await table().merchants.create(profile());
      expect(await ttlOf(`M#${SHOP}`, 'PROFILE')).toBeUndefined();
    });

    it('of the audit log expire after as many days as they are shown, and ten more', async () => {
      const entry = {
        entryId: 'a',
        at: at(0),
        by: 'root',
        action: 'merchant.created',
        merchantId: SHOP,
      } as const;
      await table().merchants.create(profile(), entry);
      expect(await ttlOf(`A#${SHOP}#2026-11`, `${at(0)}#a`)).toBe(kept(at(0), AUDIT_LOG_DAYS + 10));
    });

    it('of a deleted endpoint expire when the past ends that the audit may ask for', async () => {
      await table().merchants.create(profile());
      const one = endpoint();
      await table().merchants.createEndpoint(one, 1);
      expect(await ttlOf(`M#${SHOP}`, `E#${one.endpointId}`)).toBeUndefined();
      await table().merchants.saveEndpoint({ ...one, rev: one.rev + 1, deletedAt: at(60.9) }, one.rev);
      expect(await ttlOf(`M#${SHOP}`, `E#${one.endpointId}`)).toBe(kept(at(60), 0) + PAST_MS / SECOND_MS);
    });

    it('of a partition’s marks hold what every version reads, and nothing else', async () => {
      const mark = { through: at(300), windowSeconds: 900 };
      const names = ['closed', 'audited', 'stated'] as const;
      for (const name of names) await table().directory.saveMark(3, name, mark);
      const rows = [
        { pk: 'D#3', sk: 'CLOSED', closedThrough: at(300), windowSeconds: 900 },
        { pk: 'D#3', sk: 'AUDITED', auditedThrough: at(300) },
        { pk: 'D#3', sk: 'STATED', statedThrough: at(300) },
      ];
      for (const row of rows) expect(await rowAt(row.pk, row.sk)).toStrictEqual(row);
    });

    it('of a notification expire from its last write, and a lease does not bring that nearer', async () => {
      const one = notification();
      await table().notifications.save(one, 0);
      const ttl = await ttlOf(transactionPk(one), notificationSk(one));
      expect(ttl).toBeGreaterThanOrEqual(
        Math.floor(Date.now() / 1000) + (RETENTION_DAYS + 10) * DAY_SECONDS - 60,
      );
      await table().notifications.lease(one, at(900));
      expect(await ttlOf(transactionPk(one), notificationSk(one))).toBe(ttl);
    });

    it.each([
      { schedule: 'wechat', attempts: 16 },
      { schedule: 'one of thirty delays, failing in every way', attempts: 31 },
      { schedule: 'two redeliveries of it', attempts: 32 },
    ])('of a notification are at most 2 KB after $schedule', ({ attempts }) => {
      const failed: Notification = notification({
        merchantId: 'merchant-of-common-length-0001',
        transactionId: 'pay_01JD8Q6Z3M5V9K2X7T4N1B0CFG',
        endpointId: 'ep_4fzQ0Yw2Lk8J',
        rev: 40,
        writtenBy: 'w'.repeat(12),
        attemptsMade: attempts - 1,
        attempts: Array.from({ length: attempts }, (_, index) => ({
          number: index + 1,
          at: at(index * 3_600),
          durationMs: 30_000,
          ...(index % 2 === 0
            ? { error: 'connection_reset' }
            : { statusCode: 503, error: 'http_server_error' }),
        })),
        responseSnippet: 'x'.repeat(512),
        ...(attempts === MAX_ATTEMPTS_KEPT && {
          lastRequest: { action: 'redeliver', at: at(0), by: 'k'.repeat(17) },
        }),
      });
      const item = notificationItem(failed, { nowMs: Date.now(), retentionDays: RETENTION_DAYS });
      expect(itemBytes(item)).toBeLessThanOrEqual(2_048);
    });
  });
}

interface ReadInput {
  readonly ConsistentRead?: boolean;
  readonly RequestItems?: Readonly<Record<string, { readonly ConsistentRead?: boolean }>>;
}

/** A batch says it for each table. */
function consistencies({ ConsistentRead, RequestItems }: ReadInput): readonly (boolean | undefined)[] {
  if (RequestItems === undefined) return [ConsistentRead];
  return Object.values(RequestItems).map((table) => table.ConsistentRead);
}
