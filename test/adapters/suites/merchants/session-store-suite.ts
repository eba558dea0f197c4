import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../../lib/core/merchants/audit-log/audit-entry.ts';
import type { PortalLink, Session } from '../../../../lib/core/merchants/sessions/session.ts';
import { at, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

const link = (changes: Partial<PortalLink> = {}): PortalLink => ({
  keyId: 'k1',
  secretHash: 'a'.repeat(64),
  scope: 'merchant',
  merchantId: SHOP,
  createdAt: at(0),
  expiresAt: at(600),
  ...changes,
});

const session = (changes: Partial<Session> = {}): Session => ({ ...link(), idleUntil: at(60), ...changes });

const entry: AuditEntry = {
  entryId: 'e1',
  at: at(0),
  by: 'k1',
  action: 'portal_link.created',
  merchantId: SHOP,
};

export function describeSessionStore(name: string, open: OpenTable): void {
  describe(`SessionStore on ${name}`, () => {
    const table = useTable(open);

    it('reads back every field of a session at once, with and without a merchant', async () => {
      const { merchantId: _none, ...operators } = session({ scope: 'admin' });
      for (const [hash, one] of [
        ['h1', session()],
        ['h2', operators],
      ] as const) {
        await table().sessions.create(hash, one);
        expect(await table().sessions.read(hash)).toStrictEqual(one);
      }
      expect(await table().sessions.read('h3')).toBeUndefined();
    });

    it('moves the idle end of a session, and brings back none that was removed', async () => {
      await table().sessions.create('h1', session());
      await table().sessions.extend('h1', at(120));
      expect(await table().sessions.read('h1')).toStrictEqual(session({ idleUntil: at(120) }));
      await table().sessions.remove('h1');
      await table().sessions.extend('h1', at(180));
      expect(await table().sessions.read('h1')).toBeUndefined();
      await table().sessions.remove('h1');
    });

    it('gives a link to one of many that ask for it at once, with its entry in the audit log', async () => {
      await table().portalLinks.create('h1', link(), entry);
      const taken = await atOnce(() => table().sessions.takeLink('h1', at(1)));
      expect(taken.filter(({ kind }) => kind === 'taken')).toStrictEqual([{ kind: 'taken', link: link() }]);
      expect(taken.filter(({ kind }) => kind === 'unknown')).toHaveLength(taken.length - 1);
      const range = { from: at(0), before: at(1), limit: 5 };
      expect(await table().auditLog.entries({ owner: SHOP, month: at(0).slice(0, 7), ...range })).toEqual([
        entry,
      ]);
    });

    it('reads a link that stays, and none that was taken or never made', async () => {
      await table().portalLinks.create('h1', link(), entry);
      expect(await table().sessions.readLink('h1')).toStrictEqual(link());
      expect(await table().sessions.readLink('h1')).toStrictEqual(link());
      await table().sessions.takeLink('h1', at(1));
      expect(await table().sessions.readLink('h1')).toBeUndefined();
      await table().sessions.create('h2', session());
      expect(await table().sessions.readLink('h2')).toBeUndefined();
    });

    it('gives no link after its end, and says that it has expired', async () => {
      await table().portalLinks.create('h1', link(), entry);
      expect(await table().sessions.takeLink('h1', at(600))).toEqual({ kind: 'expired' });
      expect(await table().sessions.takeLink('h2', at(600))).toEqual({ kind: 'unknown' });
    });

    it('takes no session for a link, and reads no link as a session', async () => {
      await table().sessions.create('h1', session());
      expect(await table().sessions.takeLink('h1', at(1))).toEqual({ kind: 'unknown' });
      expect(await table().sessions.read('h1')).toStrictEqual(session());
      await table().portalLinks.create('h2', link(), entry);
      expect(await table().sessions.read('h2')).toBeUndefined();
    });
  });
}
