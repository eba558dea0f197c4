import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeRecord } from '../../../lib/adapters/dynamodb/stream-records.ts';
import { systemClock } from '../../../lib/adapters/system.ts';
import { checkContent } from '../../../lib/initiator/content-check.ts';
import { anyOutcome } from '../../adapters/support/arbitraries.ts';
import { startDynamoDbUnderTest } from '../../adapters/support/emulators.ts';
import { profile, SHOP as SERVICE_SHOP } from '../../adapters/support/samples.ts';
import { payment } from '../../support/world.ts';
import { ended } from './own-items.ts';
import { recordByService, useOutbox } from './own-outbox.ts';

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
          const expected = await other.sdk.send(
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

    it('is unchanged when the API records the same, and a conflict when it records something else', async () => {
      await commit('pay_1');
      expect(await record('pay_1')).toMatchObject({ kind: 'unchanged' });
      expect(await record('pay_1', { amount: 1 })).toMatchObject({ kind: 'conflict' });
      expect(await record('pay_1', { status: 'PENDING' })).toMatchObject({ kind: 'conflict' });
    });
  });
});
