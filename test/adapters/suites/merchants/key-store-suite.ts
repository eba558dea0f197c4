import { describe, expect, it } from 'vitest';
import type { KeyRecord } from '../../../../lib/core/merchants/keys/access-keys.ts';
import { at, key, OTHER, SHOP } from '../../support/samples.ts';
import { type OpenTable, useTable } from '../../support/throwaway-table.ts';

/** A key that belongs to no merchant. */
function ownerless(keyId: string): KeyRecord {
  const { merchantId: _none, ...rest } = key(keyId, { scope: 'admin' });
  return rest;
}

export function describeKeyStore(name: string, open: OpenTable): void {
  describe(`KeyStore on ${name}`, () => {
    const table = useTable(open);

    it('reads back every field at once, of keys with and without an owner and an end', async () => {
      const keys = [key('k1'), key('k2', { expiresAt: at(60), scope: 'initiator' }), ownerless('k3')];
      for (const one of keys) {
        await table().keys.create(one);
        expect(await table().keys.read(one.keyId)).toStrictEqual(one);
      }
      expect(await table().keys.read('k4')).toBeUndefined();
    });

    it('refuses an id that names a key already, of any owner', async () => {
      await table().keys.create(key('k1'));
      const { keys } = table();
      await expect(keys.create(key('k1', { scope: 'merchant' }))).rejects.toThrow();
      await expect(keys.create(key('k1', { merchantId: OTHER }))).rejects.toThrow();
      expect(await keys.read('k1')).toStrictEqual(key('k1'));
      expect(await keys.list({ owner: OTHER, limit: 5 })).toEqual({ keys: [], more: false });
    });

    it("pages an owner's keys in the order of their ids, and no other's", async () => {
      for (const keyId of ['k5', 'k3', 'k1', 'k4', 'k2']) await table().keys.create(key(keyId));
      for (const keyId of ['j1', 'k25']) await table().keys.create(key(keyId, { merchantId: OTHER }));
      for (const keyId of ['a2', 'z1']) await table().keys.create(ownerless(keyId));
      const page = async (owner: typeof SHOP | undefined, after?: string) => {
        const { keys, more } = await table().keys.list({
          owner,
          limit: 2,
          ...(after !== undefined && { after }),
        });
        return { ids: keys.map(({ keyId }) => keyId), more };
      };
      expect(await page(SHOP)).toEqual({ ids: ['k1', 'k2'], more: true });
      expect(await page(SHOP, 'k2')).toEqual({ ids: ['k3', 'k4'], more: true });
      expect(await page(SHOP, 'k4')).toEqual({ ids: ['k5'], more: false });
      expect(await page(OTHER)).toEqual({ ids: ['j1', 'k25'], more: false });
      expect(await page(undefined)).toEqual({ ids: ['a2', 'z1'], more: false });
      expect((await table().keys.list({ owner: SHOP, limit: 1 })).keys).toStrictEqual([key('k1')]);
    });

    it('is removed by its owner only, and once', async () => {
      await table().keys.create(key('k1'));
      await table().keys.create(ownerless('k2'));
      expect(await table().keys.remove('k1', OTHER)).toBe(false);
      expect(await table().keys.remove('k1', undefined)).toBe(false);
      expect(await table().keys.remove('k2', SHOP)).toBe(false);
      expect(await table().keys.read('k1')).toStrictEqual(key('k1'));
      expect(await table().keys.read('k2')).toStrictEqual(ownerless('k2'));
      expect(await table().keys.remove('k1', SHOP)).toBe(true);
      expect(await table().keys.remove('k1', SHOP)).toBe(false);
      expect(await table().keys.read('k1')).toBeUndefined();
      expect(await table().keys.list({ owner: SHOP, limit: 5 })).toEqual({ keys: [], more: false });
      expect(await table().keys.remove('k2', undefined)).toBe(true);
      expect(await table().keys.list({ owner: undefined, limit: 5 })).toEqual({ keys: [], more: false });
    });
  });
}
