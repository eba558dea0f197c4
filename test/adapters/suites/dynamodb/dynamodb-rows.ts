import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { GetCommand, PutCommand } from '../../../../lib/adapters/dynamodb/documents/document-commands.ts';
import { bucketsSk, directoryPk, windowPk } from '../../../../lib/adapters/dynamodb/items/item-keys.ts';
import { checkItem } from '../../../../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { decodeRecord } from '../../../../lib/adapters/dynamodb/stream-records.ts';
import type { Outcome } from '../../../../lib/core/model.ts';
import { listMerchants } from '../../../../lib/core/query/merchant-list.ts';
import { newCheck } from '../../../../lib/core/record/pending-check.ts';
import {
  feedPk,
  merchantPk,
  outcomeItem,
  outcomeSk,
  PROFILE_SK,
  transactionPk,
} from '../../../../lib/protocol/table/outcome-layout.ts';
import { type DynamoDbTable, type DynamoDbUnderTest, RETENTION_DAYS } from '../../support/emulators.ts';
import {
  at,
  closedWindow,
  endpoint,
  job,
  key,
  notification,
  OTHER,
  pending,
  profile,
  SHOP,
  statement,
  succeeded,
  transaction,
} from '../../support/samples.ts';
import { useTable } from '../../support/throwaway-table.ts';

type Row = Record<string, unknown>;

/** An outcome as a newer version, with rules of its own, would write it. */
const NEWER = { currency: 'XNW', status: 'REFUNDED', transactionType: 'Payment.v2', extra: { of: 'later' } };

const itemOf = (outcome: Outcome): Row =>
  outcomeItem(outcome, { feedShard: 0, retentionDays: RETENTION_DAYS });

/** Rows as this version did not write them: readable where they can be, and never passed over where they cannot. */
export function describeDynamoDbRows(dynamodb: DynamoDbUnderTest): void {
  describe('rows of another version', () => {
    const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;
    const put = (Item: Row) =>
      table().table.documents.send(new PutCommand({ TableName: table().table.name, Item }));
    const page = (changes: object = {}) =>
      table().feed.page({ merchantId: SHOP, shard: 0, from: at(0), to: at(60), limit: 10, ...changes });
    /** Changes a row that stands. */
    const change = async (pk: string, sk: string, changes: Row) => {
      const get = new GetCommand({ TableName: table().table.name, Key: { pk, sk }, ConsistentRead: true });
      const { Item } = await table().table.documents.send(get);
      if (Item === undefined) throw new Error(`There is no ${pk} ${sk}.`);
      await put({ ...Item, ...changes });
    };

    describe('of outcomes', () => {
      it('are read wherever outcomes are, with what only they know passed on', async () => {
        await put({ ...itemOf(succeeded()), ...NEWER });
        const expected = {
          ...succeeded(),
          currency: 'XNW',
          status: 'REFUNDED',
          transactionType: 'Payment.v2',
        };
        const { outcomes } = table();
        expect(await outcomes.read(succeeded())).toEqual(expected);
        expect(await outcomes.versions(succeeded())).toEqual([expected]);
        expect((await outcomes.transaction(succeeded())).outcomes).toEqual([expected]);
        expect((await page()).rows).toEqual([expected]);
        expect(table().events).toEqual([]);
      });

      it('are read from the stream', () => {
        const image = marshall({ ...itemOf(succeeded()), ...NEWER }, { removeUndefinedValues: true });
        const record = decodeRecord({ eventID: '1', dynamodb: { NewImage: image as never } });
        expect(record).toMatchObject({ kind: 'outcome', outcome: { currency: 'XNW', status: 'REFUNDED' } });
      });

      it.each([
        ['a reference in other letters', { reference: '订单 1' }],
        ['a reason with more than we know', { reason: { code: 'new code', message: '', hint: 'retry' } }],
        ['an amount below zero', { amount: -5 }],
        ['metadata beyond what may be stated', { metadata: JSON.stringify({ note: 'x'.repeat(20_000) }) }],
        ['a URL that no guard lets through', { notifyUrl: 'gopher://old.example' }],
      ])('are read with %s', async (_what, changes) => {
        await put({ ...itemOf(succeeded()), ...changes });
        expect(await table().outcomes.read(succeeded())).toBeDefined();
        expect((await page()).rows).toHaveLength(1);
      });

      it('are read with a check-back that has fewer or more fields', async () => {
        const checkBack = { url: 'https://bank.example/checks', onUnknown: 'escalate', after: 'midnight' };
        await put({ ...itemOf(pending()), checkBack });
        expect((await table().outcomes.read(pending()))?.checkBack).toEqual({
          url: 'https://bank.example/checks',
          afterSeconds: 60,
          onUnknown: 'escalate',
        });
      });
    });

    it('are read of everything else, with what only they know passed on or left out', async () => {
      const { merchants, notifications, windows, jobs, statements, keys, health, directory } = table();
      const later = { extra: { of: 'later' } };
      await merchants.create(profile());
      await merchants.createEndpoint(endpoint(), 1);
      await change(`M#${SHOP}`, 'PROFILE', { ...later, schedule: 'stripe', name: '', feedShards: 128 });
      await change(`M#${SHOP}`, 'E#ep_1', { ...later, signature: 'v2', timeoutMs: 60_000, schedule: [0.5] });
      expect(await merchants.read(SHOP)).toMatchObject({
        profile: { schedule: 'stripe', feedShards: 128 },
        endpoints: [{ signature: 'v2', timeoutMs: 60_000, schedule: [0.5] }],
      });
      await change(directoryPk(SHOP), `M#${SHOP}`, later);
      expect(await directory.entry(SHOP)).toMatchObject({ merchantId: SHOP });

      await notifications.save(notification(), 0);
      await change(transactionPk(notification()), 'N#0001#ep_1', { ...later, state: 'expired' });
      expect(await notifications.read(notification())).toMatchObject({ state: 'expired' });
      const check = newCheck(pending(), { preparedAtMs: 0, afterSeconds: 60, horizonSeconds: 60 });
      await put({ ...checkItem(check), ...later, state: 'asked_elsewhere' });
      expect(await table().checks.read(check)).toMatchObject({ state: 'asked_elsewhere' });

      await windows.putIfAbsent(closedWindow());
      await change(windowPk(SHOP), at(0), later);
      expect(await windows.read(SHOP, at(0))).toEqual(closedWindow());
      await jobs.save(job(), 0);
      await change('J#job1', 'JOB', { ...later, state: 'cancelled', states: ['expired'] });
      expect(await jobs.read(SHOP, 'job1')).toMatchObject({ state: 'cancelled' });
      await statements.save(statement(), undefined);
      await change(`J#statement#${SHOP}`, '2026-11-20', later);
      expect(await statements.read(SHOP, '2026-11-20')).toEqual(statement());
      await keys.create(key('k1'));
      await change('K#k1', 'KEY', { ...later, scope: 'auditor' });
      expect(await keys.read('k1')).toMatchObject({ scope: 'auditor' });
      const circuit = { merchantId: SHOP, circuitId: 'ep_1' };
      await health.save(circuit, { breaker: 'closed', slow: false, rev: 1 }, 0);
      await change(`H#${SHOP}#ep_1`, 'HEALTH', { ...later, breaker: 'forced-open' });
      expect(await health.read(circuit)).toMatchObject({ breaker: 'forced-open' });
      expect(table().events).toEqual([]);
    });
  });

  describe('rows that no version makes sense of', () => {
    const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;
    const put = (Item: Row) =>
      table().table.documents.send(new PutCommand({ TableName: table().table.name, Item }));
    const page = (changes: object = {}) =>
      table().feed.page({ merchantId: SHOP, shard: 0, from: at(0), to: at(60), limit: 10, ...changes });
    const unreadable = { code: 'unreadable_row', retryable: false };
    const told = () => table().events.map(({ event }) => event);

    it('are not seen at a glance, which leaves reporting them to the exact read, and a window is unknown', async () => {
      const { glance, notifications, windows } = table();
      await put({ ...itemOf(succeeded()), amount: '1999' });
      await notifications.save(notification(), 0);
      await put({ pk: transactionPk(notification()), sk: 'N#0001#ep_1', rev: 'none' });
      await windows.putIfAbsent(closedWindow());
      await put({ pk: windowPk(SHOP), sk: at(0), groups: 'none' });
      expect(await glance.outcomes([succeeded()])).toEqual([undefined]);
      expect(await glance.notifications([notification()])).toEqual([undefined]);
      expect(await glance.windows([{ merchantId: SHOP, start: at(0) }])).toEqual(['unknown']);
      expect(told()).toEqual([]);
    });

    it.each([
      ['an amount that is text', { amount: '1999' }],
      ['no amount', { amount: undefined }],
      ['no currency', { currency: null }],
      ['two lines for a type', { transactionType: 'payment\nSUCCEEDED' }],
      ['no time at which it was recorded', { recordedAt: 'yesterday' }],
      ['another key than it says', { transactionId: 'pay_9' }],
      ['a merchant that is another’s', { merchantId: OTHER }],
    ])('are unreadable for every reader, and an event is reported: %s', async (_what, changes) => {
      await table().table.documents.send(
        new PutCommand({ TableName: table().table.name, Item: { ...itemOf(succeeded()), ...changes } }),
      );
      const { outcomes } = table();
      await expect(outcomes.read(succeeded())).rejects.toMatchObject(unreadable);
      await expect(outcomes.versions(succeeded())).rejects.toMatchObject(unreadable);
      await expect(outcomes.transaction(succeeded())).rejects.toMatchObject(unreadable);
      await expect(page()).rejects.toMatchObject(unreadable);
      expect(told()).toEqual(Array(4).fill('unreadable_row'));
      expect(table().events[0]).toMatchObject({ row: 'T#shop#pay_1 V#0001' });
    });

    it('of the feed include those whose key contradicts their contents', async () => {
      for (const changes of [
        { feedSk: `${at(1)}#pay_1#1` },
        { feedSk: `${at(0)}#pay_1#2` },
        { status: 'PENDING' },
        { feedSk: '2026-11-20T08:00:00Z#pay_1#1', listedAt: '2026-11-20T08:00:00Z' },
      ]) {
        await put({ ...itemOf(succeeded()), ...changes });
        await expect(page(), JSON.stringify(changes)).rejects.toMatchObject(unreadable);
      }
      await put(itemOf(succeeded()));
      expect((await page()).rows).toEqual([succeeded()]);
    });

    it('end a page of the feed in front of them, and the page that begins with them fails', async () => {
      const before = succeeded({ transactionId: 'pay_0', listedAt: at(1) });
      const broken = succeeded({ transactionId: 'pay_1', listedAt: at(2) });
      const behind = succeeded({ transactionId: 'pay_2', listedAt: at(3) });
      await put(itemOf(before));
      await put({ ...itemOf(broken), amount: 'a lot' });
      await put(itemOf(behind));
      const first = await page();
      expect(first.rows).toEqual([before]);
      await expect(page({ cursor: first.cursor })).rejects.toMatchObject(unreadable);
      await put(itemOf(broken));
      expect((await page({ cursor: first.cursor })).rows).toEqual([broken, behind]);
    });

    it('do not hold up other merchants', async () => {
      const theirs = { merchantId: OTHER, transactionId: transaction('pay_0') };
      await put({
        ...itemOf(succeeded()),
        pk: transactionPk(theirs),
        sk: outcomeSk(1),
        feedPk: feedPk(SHOP, 0),
        amount: 'a lot',
      });
      await put(itemOf(succeeded({ transactionId: 'pay_2' })));
      expect((await page()).rows).toHaveLength(1);
      expect(told()).toEqual(['foreign_row']);
    });

    it('are only those with a number that is invalid here, and not all that are read with them', async () => {
      const good = succeeded({ transactionId: 'pay_0' });
      await put(itemOf(good));
      await put({ ...itemOf(succeeded({ listedAt: at(1) })), amount: 2n ** 70n });
      expect((await page()).rows).toEqual([good]);
      await expect(table().outcomes.read(succeeded())).rejects.toMatchObject(unreadable);
      const image = {
        ...marshall(itemOf(good), { removeUndefinedValues: true }),
        amount: { N: `${2n ** 70n}` },
      };
      const record = decodeRecord({ eventID: '1', dynamodb: { NewImage: image as never } });
      expect(record).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('/amount') });
    });

    it.each(['none', '1,mx12fahy,1,200,', { 1: 'mx12fahy' }])(
      'are notifications whose attempts are no list: %j',
      async (attempts) => {
        const { notifications } = table();
        await notifications.save(notification(), 0);
        const Key = { pk: transactionPk(notification()), sk: 'N#0001#ep_1' };
        const get = new GetCommand({ TableName: table().table.name, Key, ConsistentRead: true });
        const { Item } = await table().table.documents.send(get);
        await put({ ...Item, attempts });
        await expect(notifications.read(notification())).rejects.toMatchObject(unreadable);
      },
    );

    it('are merchants that a list names, and does not stop at', async () => {
      const { merchants, merchantList } = table();
      for (const merchantId of [SHOP, OTHER]) await merchants.create(profile({ merchantId }));
      await put({ pk: merchantPk(SHOP), sk: PROFILE_SK, name: 7 });
      await put({ pk: directoryPk(SHOP), sk: merchantPk(SHOP), createdAt: 'once' });
      const { profiles, unreadable: broken } = await listMerchants(
        { merchantList },
        { prefix: '', limit: 9 },
      );
      expect(profiles.map(({ merchantId }) => merchantId)).toEqual([OTHER]);
      expect(broken).toEqual([SHOP]);
      expect(told()).toEqual(['unreadable_row']);
    });

    it('keep no other running job from its turn', async () => {
      await table().jobs.save(job(), 0);
      await put({ pk: 'J#running', sk: 'other#0', nothing: 'that anybody knows' });
      expect(await table().jobs.running()).toEqual([{ merchantId: SHOP, jobId: 'job1' }]);
      expect(told()).toEqual(['unreadable_row']);
    });

    it('are reported without their contents', async () => {
      await put({ ...itemOf(succeeded()), metadata: 'card 4111 1111' });
      await expect(table().outcomes.read(succeeded())).rejects.toMatchObject(unreadable);
      expect(told()).toEqual(['unreadable_row']);
      expect(JSON.stringify(table().events)).not.toContain('4111');
    });

    it('of every other kind are called so', async () => {
      const { merchants, notifications, windows, jobs, statements, keys, health, directory } = table();
      const rows: readonly (readonly [Row, () => Promise<unknown>])[] = [
        [{ pk: `M#${SHOP}`, sk: 'PROFILE' }, () => merchants.read(SHOP)],
        [{ pk: transactionPk(notification()), sk: 'N#0001#ep_1' }, () => notifications.read(notification())],
        [{ pk: transactionPk(pending()), sk: 'C#0001' }, () => table().checks.read(pending())],
        [{ pk: windowPk(SHOP), sk: at(0) }, () => windows.read(SHOP, at(0))],
        [{ pk: windowPk(SHOP), sk: bucketsSk(at(0)) }, () => windows.buckets(closedWindow())],
        [{ pk: 'J#job1', sk: 'JOB' }, () => jobs.read(SHOP, 'job1')],
        [{ pk: `J#statement#${SHOP}`, sk: '2026-11-20' }, () => statements.read(SHOP, '2026-11-20')],
        [{ pk: 'K#k1', sk: 'KEY' }, () => keys.read('k1')],
        [{ pk: `H#${SHOP}#ep_1`, sk: 'HEALTH' }, () => health.read({ merchantId: SHOP, circuitId: 'ep_1' })],
        [{ pk: 'D#3', sk: 'CLOSED' }, () => directory.mark(3, 'closed')],
        [{ pk: 'D#3', sk: 'AUDITED' }, () => directory.mark(3, 'audited')],
        [{ pk: 'D#3', sk: 'M#x' }, () => directory.list(3)],
      ];
      for (const [row, read] of rows) {
        await put({ ...row, nothing: 'that anybody knows' });
        await expect(read(), JSON.stringify(row)).rejects.toMatchObject(unreadable);
      }
      expect(told()).toEqual(Array(rows.length).fill('unreadable_row'));
    });

    it('of marks that are read together stop no other', async () => {
      const { directory } = table();
      await directory.saveMark(4, 'closed', { through: at(300), windowSeconds: 300 });
      await put({ pk: 'D#3', sk: 'CLOSED', nothing: 'that anybody knows' });
      const marks = await directory.marks([3, 4], ['closed', 'audited']);
      expect(told()).toEqual([]);
      expect(() => marks.of(3, 'closed')).toThrow(expect.objectContaining(unreadable));
      expect(marks.of(3, 'audited')).toBeUndefined();
      expect(marks.of(4, 'closed')).toEqual({ through: at(300), windowSeconds: 300 });
      expect(told()).toEqual(['unreadable_row']);
    });

    it('of a running job stop no other', async () => {
      await table().jobs.save(job(), 0);
      await put({ pk: 'J#running', sk: 'other#0', nothing: 'that anybody knows' });
      expect(await table().jobs.running()).toEqual([{ merchantId: SHOP, jobId: 'job1' }]);
      expect(told()).toEqual(['unreadable_row']);
    });
  });
}
