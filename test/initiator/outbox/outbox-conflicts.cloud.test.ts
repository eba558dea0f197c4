import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { startDynamoDbUnderTest } from '../../adapters/support/emulators.ts';
import { ended } from './own-items.ts';
import { useOutbox } from './own-outbox.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describe('an outcome in the initiator’s own transaction', () => {
  const outbox = useOutbox(dynamodb);
  const { commit, versions, record } = outbox;

  describe('beside stored versions', () => {
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

    it('costs one request if the caller says that a PENDING exists', async () => {
      await record('pay_1', { status: 'PENDING' });
      await commit('pay_1', { afterPending: true });
      expect(outbox.faulty.asked).toEqual(['GetItem', 'TransactWriteItems']);
    });

    it('is the first version if a PENDING was expected and there is none', async () => {
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
});
