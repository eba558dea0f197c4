import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeRecord } from '../../lib/adapters/dynamodb/stream-records.ts';
import { systemClock } from '../../lib/adapters/system.ts';
import { checkContent } from '../../lib/initiator/content-check.ts';
import { commitWithOutcome } from '../../lib/initiator/dynamodb.ts';
import { merchantId } from '../../lib/initiator/index.ts';
import { anyOutcome } from '../adapters/support/arbitraries.ts';
import { startDynamoDbUnderTest } from '../adapters/support/emulators.ts';
import { profile, SHOP as SERVICE_SHOP } from '../adapters/support/samples.ts';
import { payment } from '../support/world.ts';
import { recordByService, useOutbox } from './outbox-support.ts';
import { ended } from './own-items.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describe('an outcome in the initiator’s own transaction', () => {
  const outbox = useOutbox(dynamodb);
  const { commit, versions, record, rawItem } = outbox;

  describe('as the service sees it', () => {
    it('is the same item as the service writes, apart from its commitId', async () => {
      const other = await dynamodb.open();
      await other.merchants.create(profile({ feedShards: 4 }));
      // Both stamp the same moment, which must also be that of the table.
      const time = { nowMs: 0 };
      const clock = { now: () => time.nowMs };
      let count = 0;
      const contents = anyOutcome.filter(
        ({ status, metadata, reason }) =>
          status !== 'PENDING' && checkContent(payment({ metadata, reason })).ok,
      );
      await fc.assert(
        fc.asyncProperty(contents, fc.boolean(), async (any, isAfterPending) => {
          count += 1;
          time.nowMs = systemClock.now();
          const id = `${any.transactionId.slice(0, 50)}-${count}`;
          const {
            merchantId: _m,
            transactionId: _t,
            version: _v,
            recordedAt: _r,
            listedAt: _l,
            ...some
          } = any;
          const content = {
            ...some,
            ...(some.notifyUrl !== undefined && { notifyUrl: 'https://a.example/x' }),
          };
          if (isAfterPending) {
            for (const into of [outbox.table, other]) {
              await recordByService(into, { id, content: { ...content, status: 'PENDING' }, clock });
            }
          }
          const byService = await recordByService(other, { id, content, clock });
          const byKit = await commit(id, {
            outcome: ended(id, { ...content, reference: content.reference, reason: content.reason }),
            machine: { ...outbox.machine.machine, clock },
          });
          expect([byService.kind, byKit.kind]).toEqual(['created', 'committed']);
          const version = isAfterPending ? 2 : 1;
          const { commitId, ...item } = (await rawItem(id, version)) ?? {};
          const Key = { pk: `T#shop#${id}`, sk: `V#000${version}` };
          const expected = await other.table.documents.send(
            new GetCommand({ TableName: other.table.name, Key, ConsistentRead: true }),
          );
          expect(item).toStrictEqual(expected.Item);
          expect(commitId).toMatch(/^[A-Za-z0-9_-]{22}$/);
        }),
        { numRuns: 40, endOnFailure: true },
      );
      await other.close();
    });

    it('is read by id, by reference, from the feed of its shard, and off the stream', async () => {
      const result = await commit('pay_1', {
        outcome: ended('pay_1', { reference: 'ORDER-1', metadata: { a: [1, 'b'] } }),
      });
      const [outcome] = await versions('pay_1');
      expect(outcome).toMatchObject({ version: 1, status: 'SUCCEEDED', metadata: { a: [1, 'b'] } });
      expect(outcome).toEqual((result as { outcome: unknown }).outcome);
      const find = { merchantId: SERVICE_SHOP, reference: 'ORDER-1', limit: 5 };
      expect((await outbox.table.outcomes.idsByReference(find)).ids).toEqual(['pay_1']);
      const { metadata: _none, ...listed } = outcome ?? {};
      const range = { from: '2026', to: '2999', limit: 10 };
      const rows = [];
      for (let shard = 0; shard < 4; shard += 1) {
        rows.push(...(await outbox.table.feed.page({ merchantId: SERVICE_SHOP, shard, ...range })).rows);
      }
      expect(rows).toEqual([listed]);
      const image = marshall((await rawItem('pay_1')) ?? {});
      expect(decodeRecord({ eventID: '1', dynamodb: { NewImage: image as never } })).toMatchObject({
        kind: 'outcome',
        outcome,
      });
    });

    it('is believed by the relay only under its own key: permissions are bound to that', async () => {
      await commit('pay_1');
      const item = (await rawItem('pay_1')) ?? {};
      for (const changes of [{ merchantId: 'other' }, { transactionId: 'pay_2' }, { version: 2 }]) {
        const image = marshall({ ...item, ...changes });
        expect(decodeRecord({ eventID: '1', dynamodb: { NewImage: image as never } })).toMatchObject({
          kind: 'unreadable',
          reason: expect.stringContaining('does not match its contents'),
        });
      }
    });

    it('is unchanged when the API is told the same, and a conflict when it is told otherwise', async () => {
      await commit('pay_1');
      expect(await record('pay_1')).toMatchObject({ kind: 'unchanged' });
      expect(await record('pay_1', { amount: 1 })).toMatchObject({ kind: 'conflict' });
      expect(await record('pay_1', { status: 'PENDING' })).toMatchObject({ kind: 'conflict' });
    });
  });

  describe('beside what stands', () => {
    it('is written with the items, all of them or none', async () => {
      expect(await commit('pay_1')).toMatchObject({ kind: 'committed', outcome: { transactionId: 'pay_1' } });
      expect(await outbox.own.effects('pay_1')).toBe(1);
      await outbox.own.put('lock', { holder: 'somebody' });
      const result = await commit('pay_2', {
        transactItems: [outbox.own.count('pay_2'), outbox.own.take('lock')],
      });
      expect(result).toEqual({
        kind: 'cancelled',
        reasons: [
          expect.objectContaining({
            index: 1,
            code: 'ConditionalCheckFailed',
            item: marshall({ pk: 'OWN#lock', sk: 'OWN', holder: 'somebody' }),
          }),
        ],
      });
      expect([await outbox.own.effects('pay_2'), await versions('pay_2')]).toEqual([0, []]);
    });

    it('is a conflict beside any other end, even an equal one, and writes nothing', async () => {
      await record('pay_1');
      await record('pay_2', { status: 'FAILED' });
      await commit('pay_3');
      for (const id of ['pay_1', 'pay_2', 'pay_3']) {
        const result = await commit(id, { transactItems: [outbox.own.count('none')] });
        const { notifyUrl: _, ...current } = { metadata: {}, ...(await versions(id))[0] };
        expect(result).toEqual({ kind: 'outcome_conflict', current });
      }
      expect(await outbox.own.effects('none')).toBe(0);
    });

    it.each([false, true])('follows a PENDING that it repeats (expected: %s)', async (afterPending) => {
      for (const [id, stated] of [
        ['pay_1', {}],
        ['pay_2', { reference: 'ORDER-1', metadata: { only: 'pending' } }],
      ] as const) {
        await record(id, { ...stated, status: 'PENDING' });
        const { metadata: _, ...repeated } = { metadata: {}, ...stated };
        const result = await commit(id, { outcome: ended(id, repeated), afterPending });
        expect(result).toMatchObject({ kind: 'committed', outcome: { version: 2 } });
        expect((await versions(id)).map(({ status }) => status)).toEqual(['PENDING', 'SUCCEEDED']);
        expect(await outbox.own.effects(id)).toBe(1);
      }
    });

    it('costs one request where it is told that a PENDING stands', async () => {
      await record('pay_1', { status: 'PENDING' });
      await commit('pay_1', { afterPending: true });
      expect(outbox.faulty.asked).toEqual(['GetItem', 'TransactWriteItems']);
    });

    it('is the first version where a PENDING was expected and none stands', async () => {
      expect(await commit('pay_1', { afterPending: true })).toMatchObject({
        kind: 'committed',
        outcome: { version: 1 },
      });
    });

    it.each([
      ['transactionType', { transactionType: 'refund' }, {}],
      ['amount', { amount: 1 }, {}],
      ['currency', { currency: 'EUR' }, {}],
      ['reference', { reference: 'ORDER-2' }, {}],
      ['reference', {}, { reference: 'ORDER-1' }],
      ['reference', { reference: 'ORDER-2' }, { reference: 'ORDER-1' }],
    ])('is a mismatch where it contradicts its PENDING in %s', async (field, changes, pending) => {
      for (const afterPending of [false, true]) {
        await record('pay_1', { ...pending, status: 'PENDING' });
        const result = await commit('pay_1', { outcome: ended('pay_1', changes), afterPending });
        expect(result).toMatchObject({
          kind: 'outcome_mismatch',
          current: { status: 'PENDING' },
          fields: [field],
        });
      }
      expect([await outbox.own.effects('pay_1'), (await versions('pay_1')).length]).toEqual([0, 1]);
    });

    it('is a conflict after a PENDING that ended', async () => {
      await record('pay_1', { status: 'PENDING' });
      await record('pay_1', { status: 'FAILED' });
      for (const afterPending of [false, true]) {
        expect(await commit('pay_1', { afterPending })).toMatchObject({
          kind: 'outcome_conflict',
          current: { status: 'FAILED', version: 2 },
        });
      }
    });

    it('is written by one of ten that come at the same moment', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          commit('pay_1', { transactItems: [outbox.own.count(`by_${n}`)] }),
        ),
      );
      const winner = results.findIndex(({ kind }) => kind === 'committed');
      expect(results.map(({ kind }) => kind)).toEqual(
        results.map((_, n) => (n === winner ? 'committed' : 'outcome_conflict')),
      );
      for (const n of results.keys()) expect(await outbox.own.effects(`by_${n}`)).toBe(n === winner ? 1 : 0);
    });
  });

  describe('before it is stamped', () => {
    it('needs a merchant that exists, and remembers it for a minute', async () => {
      const unknown = { outcome: { ...ended('pay_1'), merchantId: merchantId('nobody') } };
      await expect(commit('pay_1', unknown)).rejects.toMatchObject({ code: 'unknown_merchant' });
      expect(outbox.faulty.asked).toEqual(['GetItem']);
      await commit('pay_1');
      await commit('pay_2');
      outbox.machine.offsetMs = 1_000;
      await commit('pay_3');
      expect(outbox.faulty.asked.filter((operation) => operation === 'GetItem')).toHaveLength(2);
    });

    it('reads the merchant again after a minute', async () => {
      const time = { nowMs: systemClock.now() - 1_000 };
      const clock = { now: () => time.nowMs };
      await commit('pay_1', { machine: { ...outbox.machine.machine, clock } });
      time.nowMs -= 120_000;
      await expect(commit('pay_2', { machine: { ...outbox.machine.machine, clock } })).rejects.toMatchObject({
        code: 'clock_skew',
      });
      expect(outbox.faulty.asked.filter((operation) => operation === 'GetItem')).toHaveLength(2);
    });

    it.each([-5_000, 5_000])(
      'is refused while the clock is %s ms off, and nothing is sent',
      async (offMs) => {
        outbox.machine.offsetMs = offMs;
        await expect(commit('pay_1')).rejects.toMatchObject({ code: 'clock_skew', retryable: true });
        expect(outbox.faulty.asked).toEqual(['GetItem']);
        outbox.machine.offsetMs = 0;
        // The clock is believed again as soon as an answer shows that it agrees.
        expect(await commit('pay_1')).toMatchObject({ kind: 'committed' });
      },
    );

    it('refuses more than a transaction can hold, to the last item and byte', async () => {
      const items = (length: number) => Array.from({ length }, (_, n) => outbox.own.count(`own_${n}`));
      expect(await commit('pay_1', { transactItems: items(99) })).toMatchObject({ kind: 'committed' });
      await expect(commit('pay_2', { transactItems: items(100) })).rejects.toMatchObject({
        code: 'too_many_items',
      });
      await record('pay_3', { status: 'PENDING' });
      for (const afterPending of [false, true]) {
        await expect(commit('pay_3', { transactItems: items(99), afterPending })).rejects.toMatchObject({
          code: 'too_many_items',
          retryable: false,
        });
      }
      expect(await commit('pay_3', { transactItems: items(98) })).toMatchObject({ kind: 'committed' });
      const large = Array.from({ length: 11 }, (_, n) => ({
        Put: {
          TableName: outbox.table.table.name,
          Item: { pk: `OWN#large${n}`, sk: 'OWN', text: '界'.repeat(130_000) },
        },
      }));
      await expect(commit('pay_4', { transactItems: large })).rejects.toMatchObject({
        code: 'transaction_too_large',
      });
    });

    it.each([
      ['a field', { outcome: ended('pay_1', { amount: -1 }) }, 'invalid_amount'],
      ['a PENDING', { outcome: ended('pay_1', { status: 'PENDING' }) }, 'invalid_status'],
      ['a callback URL', { outcome: ended('pay_1', { notifyUrl: 'ftp://a.example' }) }, 'https_required'],
      ['an id', { outcome: { ...ended('pay_1'), transactionId: 'a#b' as never } }, 'invalid_id'],
      ['a commitId', { commitId: 'short' }, 'invalid_option'],
      ['a table', { tableName: '' }, 'invalid_option'],
      ['a retention', { retentionDays: 0 }, 'invalid_option'],
      ['a feed lag', { feedLagSeconds: 1 }, 'invalid_option'],
    ])('refuses %s that cannot be, and asks nothing', async (_what, options, code) => {
      await expect(commit('pay_1', options)).rejects.toMatchObject({ name: 'InitiatorFault', code });
      expect(outbox.faulty.asked).toEqual([]);
    });

    it.each([
      ['repeats by itself', { maxAttempts: 3 }, {}],
      ['changes empty text', { maxAttempts: 1 }, { marshallOptions: { convertEmptyValues: true } }],
      ['wraps numbers', { maxAttempts: 1 }, { unmarshallOptions: { wrapNumbers: true } }],
    ])('refuses a client that %s', async (_what, options, translation) => {
      const inner = new DynamoDBClient(options);
      const client = DynamoDBDocumentClient.from(inner, translation);
      await expect(
        commitWithOutcome(client, {
          tableName: outbox.table.table.name,
          transactItems: [],
          outcome: ended('pay_1'),
        }),
      ).rejects.toMatchObject({ code: 'invalid_option' });
      inner.destroy();
    });

    it('says what the SDK could not make a request of', async () => {
      const item = {
        Put: { TableName: outbox.table.table.name, Item: { pk: 'a', sk: 'b', odd: Symbol('a') } },
      };
      await expect(commit('pay_1', { transactItems: [item] })).rejects.toMatchObject({
        code: 'not_sent',
        retryable: false,
      });
    });

    it('says that a table is not the service’s', async () => {
      await outbox.table.table.documents.send(
        new PutCommand({ TableName: outbox.table.table.name, Item: { pk: 'M#odd', sk: 'PROFILE' } }),
      );
      const outcome = { ...ended('pay_1'), merchantId: merchantId('odd') };
      await expect(commit('pay_1', { outcome })).rejects.toMatchObject({ code: 'unexpected_answer' });
      await expect(commit('pay_1', { tableName: 'no-such-table' })).rejects.toMatchObject({
        code: 'refused_by_aws',
      });
    });
  });
});
