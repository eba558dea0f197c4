import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../../lib/core/merchants/audit-log/audit-entry.ts';
import type { MerchantId } from '../../../../lib/core/model.ts';
import { at, endpoint, job, key, OTHER, profile, SHOP, succeeded } from '../../support/samples.ts';
import { atOnce, type OpenTable, type TableUnderTest, useTable } from '../../support/throwaway-table.ts';

const entry = (entryId: string, changes: Partial<AuditEntry> = {}): AuditEntry => ({
  entryId,
  at: at(0),
  by: 'key1',
  action: 'merchant.changed',
  merchantId: SHOP,
  fields: ['name', 'schedule'],
  ...changes,
});

/** A change that takes an entry: first one that applies, then one whose condition does not hold. */
interface Change {
  readonly before?: (table: TableUnderTest) => Promise<unknown>;
  readonly apply: (table: TableUnderTest, entry: AuditEntry) => Promise<unknown>;
  readonly refuse: (table: TableUnderTest, entry: AuditEntry) => Promise<unknown>;
  /** What the refused change answers. */
  readonly refusal: unknown;
}

const createShop = (table: TableUnderTest) => table.merchants.create(profile());

const CHANGES: Readonly<Record<string, Change>> = {
  'a merchant': {
    apply: ({ merchants }, one) => merchants.create(profile(), one),
    refuse: ({ merchants }, one) => merchants.create(profile(), one),
    refusal: false,
  },
  'settings of a merchant': {
    before: createShop,
    apply: ({ merchants }, one) => merchants.saveProfile(profile({ rev: 2 }), 1, one),
    refuse: ({ merchants }, one) => merchants.saveProfile(profile({ rev: 2 }), 1, one),
    refusal: false,
  },
  'a new endpoint': {
    before: createShop,
    apply: ({ merchants }, one) => merchants.createEndpoint(endpoint(), 1, { entry: one }),
    refuse: ({ merchants }, one) => merchants.createEndpoint(endpoint(), 1, { entry: one }),
    refusal: false,
  },
  'settings of an endpoint': {
    async before(table) {
      await createShop(table);
      await table.merchants.createEndpoint(endpoint(), 1);
    },
    apply: ({ merchants }, one) => merchants.saveEndpoint(endpoint({ rev: 2 }), 1, { entry: one }),
    refuse: ({ merchants }, one) => merchants.saveEndpoint(endpoint({ rev: 2 }), 1, { entry: one }),
    refusal: false,
  },
  'a key that is revoked': {
    before: ({ keys }) => keys.create(key('key2')),
    apply: ({ keys }, one) => keys.remove('key2', key('key2').merchantId, one),
    refuse: ({ keys }, one) => keys.remove('key2', key('key2').merchantId, one),
    refusal: false,
  },
  'a redelivery': {
    apply: ({ jobs }, one) => jobs.save(job(), 0, one),
    refuse: ({ jobs }, one) => jobs.save(job({ jobId: 'job2' }), 0, one),
    refusal: false,
  },
  'an end that an operator recorded': {
    apply: ({ outcomes }, one) => outcomes.putIfAbsent(succeeded(), 0, one),
    refuse: ({ outcomes }, one) => outcomes.putIfAbsent(succeeded(), 0, one),
    refusal: 'exists',
  },
};

export function describeAuditLog(name: string, open: OpenTable): void {
  describe(`AuditLog on ${name}`, () => {
    const table = useTable(open);
    const log = (owner: MerchantId | undefined = SHOP, asked: object = {}) =>
      table().auditLog.entries({
        owner,
        month: '2026-11',
        from: at(0),
        before: at(3_600),
        limit: 50,
        ...asked,
      });
    const idsOf = (entries: readonly AuditEntry[]) => entries.map(({ entryId }) => entryId);
    /** Writes entries, each with a key. */
    const write = async (...entries: readonly AuditEntry[]) => {
      for (const one of entries) await table().keys.create(key(`of${one.entryId}`), one);
    };

    it.each(Object.entries(CHANGES))(
      'has the entry of %s together with the change, or neither',
      async (_, change) => {
        await change.before?.(table());
        expect(await change.apply(table(), entry('done'))).not.toBe(change.refusal);
        expect(await change.refuse(table(), entry('refused'))).toBe(change.refusal);
        expect(await log()).toEqual([entry('done')]);
      },
    );

    it('has an entry of an act outside the table once, also if it is written twice', async () => {
      const { merchantId: _none, ...act } = entry('act', { action: 'dead_letters.redriven', queue: 'lanes' });
      await table().auditLog.append(act);
      await table().auditLog.append(act);
      const asked = { owner: undefined, month: '2026-11', from: at(0), before: at(3_600), limit: 50 };
      expect(await table().auditLog.entries(asked)).toEqual([act]);
      expect(await log()).toEqual([]);
    });

    it('has no entry for a change without one', async () => {
      await createShop(table());
      await table().merchants.createEndpoint(endpoint(), 1);
      await table().merchants.saveEndpoint(endpoint({ rev: 2 }), 1);
      await table().outcomes.putIfAbsent(succeeded(), 0);
      expect(await log()).toEqual([]);
    });

    it('has the entry of the one of twenty changes that was applied', async () => {
      await createShop(table());
      const results = await atOnce((writer) =>
        table()
          .merchants.saveProfile(profile({ rev: 2 }), 1, entry(`w${writer}`))
          // Two transactions at the same moment may both be told to try again.
          .catch(() => false),
      );
      const applied = results.flatMap((isApplied, writer) => (isApplied ? [`w${writer}`] : []));
      expect(applied.length).toBeLessThanOrEqual(1);
      expect(idsOf(await log())).toEqual(applied);
    });

    it('keeps an entry once, also if it is written with two changes', async () => {
      await createShop(table());
      await table().merchants.saveProfile(profile({ rev: 2 }), 1, entry('a'));
      await table().merchants.saveProfile(profile({ rev: 3 }), 2, entry('a'));
      expect(await log()).toEqual([entry('a')]);
    });

    it('keeps every field', async () => {
      const whole = entry('a', {
        endpointId: endpoint().endpointId,
        transactionId: succeeded().transactionId,
        keyId: 'key2',
        jobId: 'job1',
        scope: 'receiver',
        status: 'SUCCEEDED',
      });
      await write(whole);
      expect(await log()).toStrictEqual([whole]);
    });

    it('lists the newest entries first, within bounds: `from` inclusive, `before` exclusive', async () => {
      await write(
        entry('b', { at: at(1) }),
        entry('a', { at: at(0) }),
        entry('d', { at: at(2) }),
        entry('c', { at: at(1) }),
      );
      expect(idsOf(await log())).toEqual(['d', 'c', 'b', 'a']);
      expect(idsOf(await log(SHOP, { from: at(1) }))).toEqual(['d', 'c', 'b']);
      expect(idsOf(await log(SHOP, { before: at(2) }))).toEqual(['c', 'b', 'a']);
      expect(idsOf(await log(SHOP, { before: `${at(1)}#c` }))).toEqual(['b', 'a']);
      expect(idsOf(await log(SHOP, { limit: 2 }))).toEqual(['d', 'c']);
      expect(idsOf(await log(SHOP, { before: `${at(1)}#c`, limit: 1 }))).toEqual(['b']);
    });

    it('keeps merchants, the account and months apart', async () => {
      const { merchantId: _none, ...ofAccount } = entry('account');
      const december = entry('later', { at: '2026-12-01T00:00:00.000Z' });
      await write(entry('shop'), entry('other', { merchantId: OTHER }), ofAccount, december);
      expect(idsOf(await log())).toEqual(['shop']);
      expect(idsOf(await log(OTHER))).toEqual(['other']);
      const account = { owner: undefined, month: '2026-11', from: at(0), before: at(9), limit: 9 };
      expect(await table().auditLog.entries(account)).toEqual([ofAccount]);
      const later = { month: '2026-12', before: '2027' };
      expect(idsOf(await log(SHOP, later))).toEqual(['later']);
    });
  });
}
