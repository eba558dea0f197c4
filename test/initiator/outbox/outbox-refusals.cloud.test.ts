import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/adapters/system.ts';
import { commitWithOutcome } from '../../../lib/initiator/dynamodb.ts';
import { merchantId } from '../../../lib/initiator/index.ts';
import { startDynamoDbUnderTest } from '../../adapters/support/emulators.ts';
import { SHOP as SERVICE_SHOP } from '../../adapters/support/samples.ts';
import { ended } from './own-items.ts';
import { useOutbox } from './own-outbox.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describe('an outcome in the initiator’s own transaction', () => {
  const outbox = useOutbox(dynamodb);
  const { commit, record } = outbox;

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

    it('is refused for an erased merchant', async () => {
      const tombstone = { merchantId: SERVICE_SHOP, erasedAt: '2026-11-20T08:00:00.000Z', rev: 2 };
      await outbox.table.merchants.erase({ ...tombstone, erasedFeedShards: 4 }, 1);
      await expect(commit('pay_1')).rejects.toMatchObject({ code: 'merchant_erased', retryable: false });
      expect(await outbox.versions('pay_1')).toEqual([]);
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
      await outbox.table.sdk.send(
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
