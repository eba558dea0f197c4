import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newCheck } from '../../../../lib/core/record/pending-check.ts';
import { anyOutcome } from '../../support/arbitraries.ts';
import { at, notification, OTHER, pending, SHOP, succeeded, transaction } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable, WRITERS } from '../../support/throwaway-table.ts';

const CHECK_TIMES = { preparedAtMs: Date.parse(at(0)), afterSeconds: 60, horizonSeconds: 600 };

export function describeOutcomeStore(name: string, open: OpenTable): void {
  describe(`OutcomeStore on ${name}`, () => {
    const table = useTable(open);

    it('lets one of twenty writers write a version, and the others know that they did not', async () => {
      const results = await atOnce((writer) =>
        table().outcomes.putIfAbsent(succeeded({ amount: writer }), 0),
      );
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      expect(results.filter((result) => result === 'exists')).toHaveLength(WRITERS - 1);
      expect(await table().outcomes.read(succeeded())).toEqual(
        succeeded({ amount: results.indexOf('written') }),
      );
    });

    it('never changes a stored outcome', async () => {
      await table().outcomes.putIfAbsent(pending(), 0);
      expect(await table().outcomes.putIfAbsent(succeeded(), 0)).toBe('exists');
      expect(await table().outcomes.versions(succeeded())).toEqual([pending()]);
    });

    it('reads back every field of any outcome, however and wherever it is read', async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(anyOutcome, async (any) => {
          count += 1;
          const outcome = {
            ...any,
            transactionId: transaction(`${any.transactionId.slice(0, 50)}-${count}`),
          };
          expect(await table().outcomes.putIfAbsent(outcome, 0)).toBe('written');
          expectSame(await table().outcomes.read(outcome), outcome);
          expectSame((await table().outcomes.versions(outcome))[0], outcome);
          expectSame((await table().outcomes.transaction(outcome)).outcomes[0], outcome);
        }),
        { numRuns: 60 },
      );
    });

    it('returns versions in their order at once, in any order of writes', async () => {
      const end = succeeded({ version: 2, reason: { code: 'ok', message: '' } });
      await table().outcomes.putIfAbsent(end, 0);
      expect(await table().outcomes.versions(end)).toEqual([end]);
      await table().outcomes.putIfAbsent(pending(), 0);
      expect(await table().outcomes.versions(end)).toEqual([pending(), end]);
      expect(await table().outcomes.read({ ...end, version: 1 })).toEqual(pending());
      expect(await table().outcomes.read({ ...end, version: 2 })).toEqual(end);
    });

    it('knows nothing of what was never written, nor of the same id of another merchant', async () => {
      await table().outcomes.putIfAbsent(succeeded(), 0);
      const key = { merchantId: OTHER, transactionId: succeeded().transactionId };
      expect(await table().outcomes.read({ ...key, version: 1 })).toBeUndefined();
      expect(await table().outcomes.versions(key)).toEqual([]);
      expect(await table().outcomes.transaction(key)).toEqual({ outcomes: [], notifications: [] });
    });

    it('gives a transaction whole: both versions and every notification, and of no other', async () => {
      const end = succeeded({ version: 2 });
      const told = ['ep_1', 'ep_2', 'notify-url'].map((endpointId) =>
        notification({ endpointId, version: 2, rev: 3 }),
      );
      await table().outcomes.putIfAbsent(pending(), 0);
      await table().outcomes.putIfAbsent(end, 0);
      for (const one of told) await table().notifications.save(one, 'absent');
      await table().outcomes.putIfAbsent(succeeded({ transactionId: 'pay_10' }), 0);
      await table().notifications.save(notification({ transactionId: 'pay_10' }), 'absent');
      await table().notifications.save(notification({ merchantId: OTHER }), 'absent');
      expect(await table().outcomes.transaction(end)).toEqual({
        outcomes: [pending(), end],
        notifications: told,
      });
    });

    it('gives a transaction with the check of its PENDING', async () => {
      const key = pending();
      const check = newCheck(key, { preparedAtMs: 0, afterSeconds: 60, horizonSeconds: 3_600 });
      await table().outcomes.prepare(key, check);
      expect(await table().outcomes.transaction(key)).toEqual({
        outcomes: [pending()],
        notifications: [],
        check,
      });
    });

    it('pages the ids of a reference in their order, each id once', async () => {
      const ids = Array.from({ length: 7 }, (_, index) => `pay_${index}`);
      for (const transactionId of ids.toReversed()) {
        await table().outcomes.putIfAbsent(succeeded({ transactionId, reference: 'ORDER-1' }), 0);
      }
      // The second version of one repeats the reference, and is no second transaction.
      await table().outcomes.putIfAbsent(pending({ transactionId: 'pay_7', reference: 'ORDER-1' }), 0);
      await table().outcomes.putIfAbsent(
        succeeded({ transactionId: 'pay_7', version: 2, reference: 'ORDER-1' }),
        0,
      );
      const find = { merchantId: SHOP, reference: 'ORDER-1', limit: 3 };
      const first = await table().outcomes.idsByReference(find);
      expect(first).toEqual({ ids: ['pay_0', 'pay_1', 'pay_2'], more: true });
      const second = await table().outcomes.idsByReference({ ...find, after: transaction('pay_2') });
      expect(second).toEqual({ ids: ['pay_3', 'pay_4', 'pay_5'], more: true });
      const last = await table().outcomes.idsByReference({ ...find, after: transaction('pay_5') });
      expect(last).toEqual({ ids: ['pay_6', 'pay_7'], more: false });
      // A page that is full and is all there is has nothing behind it.
      expect(await table().outcomes.idsByReference({ ...find, limit: 8 })).toMatchObject({ more: false });
    });

    it('finds by the whole reference, and of the asking merchant only', async () => {
      const write = (changes: object) => table().outcomes.putIfAbsent(succeeded(changes), 0);
      await write({ reference: 'ORDER-1' });
      await write({ transactionId: 'pay_2', reference: 'ORDER-10' });
      await write({ transactionId: 'pay_3' });
      await write({ transactionId: 'pay_4', reference: 'order-1' });
      await write({ transactionId: 'pay_5', reference: 'ORDER-1', merchantId: OTHER });
      const find = (merchantId: typeof SHOP, reference: string) =>
        table().outcomes.idsByReference({ merchantId, reference, limit: 10 });
      expect(await find(SHOP, 'ORDER-1')).toEqual({ ids: ['pay_1'], more: false });
      expect(await find(OTHER, 'ORDER-1')).toEqual({ ids: ['pay_5'], more: false });
      expect(await find(SHOP, 'ORDER')).toEqual({ ids: [], more: false });
    });

    it('lets a PENDING expire after its end any number of times, and changes nothing that is read', async () => {
      const end = succeeded({ version: 2, recordedAt: at(60) });
      await table().outcomes.putIfAbsent(pending(), 0);
      await table().outcomes.putIfAbsent(end, 0);
      await table().outcomes.settlePending(end);
      await table().outcomes.settlePending(end);
      expect(await table().outcomes.versions(end)).toEqual([pending(), end]);
    });

    it('erases a PENDING with its check any number of times, and nothing of another transaction', async () => {
      const other = pending({ transactionId: 'pay_2' });
      for (const one of [pending(), other]) await table().outcomes.prepare(one, newCheck(one, CHECK_TIMES));
      await table().outcomes.erasePending(pending());
      await table().outcomes.erasePending(pending());
      expect(await table().outcomes.transaction(pending())).toEqual({ outcomes: [], notifications: [] });
      expect(await table().outcomes.transaction(other)).toMatchObject({
        outcomes: [other],
        check: { rev: 0 },
      });
    });

    it('erases no end that was recorded in the place of its PENDING, nor one beside it', async () => {
      await table().outcomes.putIfAbsent(succeeded(), 0);
      await table().outcomes.erasePending(pending());
      expect(await table().outcomes.versions(pending())).toEqual([succeeded()]);
      const ended = { transactionId: 'pay_2' };
      await table().outcomes.prepare(pending(ended), newCheck(pending(ended), CHECK_TIMES));
      await table().outcomes.putIfAbsent(succeeded({ ...ended, version: 2 }), 0);
      await table().outcomes.erasePending(pending(ended));
      expect(await table().outcomes.versions(pending(ended))).toEqual([succeeded({ ...ended, version: 2 })]);
    });

    it('makes nothing of a PENDING that is not there', async () => {
      const end = succeeded({ version: 2 });
      await table().outcomes.settlePending(end);
      expect(await table().outcomes.versions(end)).toEqual([]);
    });
  });
}

/** Metadata is compared as text: the order of keys and the sign of zero count, too. */
function expectSame(found: { metadata?: unknown } | undefined, outcome: { metadata?: unknown }): void {
  expect(found).toStrictEqual(outcome);
  expect(JSON.stringify(found?.metadata)).toBe(JSON.stringify(outcome.metadata));
}
