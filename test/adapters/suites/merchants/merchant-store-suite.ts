import { describe, expect, it } from 'vitest';
import { at, endpoint, OTHER, profile, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

const secret = (name: string) => ({
  sealed: name,
  createdAt: at(0),
  expiresAt: at(60),
  privateKey: { sealed: `${name}-private`, publicKey: 'whpk_x' },
});

export function describeMerchantStore(name: string, open: OpenTable): void {
  describe(`MerchantStore on ${name}`, () => {
    const table = useTable(open);
    const read = async () => await table().merchants.read(SHOP);

    it('reads back every field of a profile and its endpoints at once', async () => {
      const whole = profile({
        name: '店 🛍️ é',
        schedule: [15, 15, 86_400],
        feedShards: 64,
        secrets: [secret('new'), secret('old')],
      });
      const ends = [
        endpoint(),
        endpoint({
          endpointId: 'ep_2',
          url: `https://shop.example/${'x'.repeat(400)}`,
          description: '订单服务\n🛍️',
          schedule: Array.from({ length: 30 }, () => 60),
          expectBody: '成功',
          moreBodies: ['success', 'ok'],
          signature: 'both',
          ratePerSecond: 0.5,
          headers: [{ name: 'authorization', sealed: 's'.repeat(900), setAt: at(1) }],
          history: Array.from({ length: 32 }, (_, index) => ({
            from: at(index),
            enabled: index % 2 === 0,
            types: ['payment.*', 'refund.succeeded'],
          })),
          secrets: [secret('a'), secret('b'), secret('c'), secret('d')],
          deletedAt: at(90),
        }),
      ];
      const before = Date.now();
      await table().merchants.create(whole);
      for (const [index, end] of ends.entries()) await table().merchants.createEndpoint(end, 1 + index);
      const found = await read();
      expect(found?.profile).toStrictEqual({ ...whole, rev: 3 });
      expect(found?.endpoints).toStrictEqual(ends);
      expect(found?.readAtMs).toBeGreaterThanOrEqual(before);
    });

    it('finds nothing for an unknown merchant among others', async () => {
      await table().merchants.create(profile());
      expect(await table().merchants.read(OTHER)).toBeUndefined();
    });

    it('is created by one of twenty, and stays as that one made it', async () => {
      const results = await atOnce((writer) => table().merchants.create(profile({ name: `n${writer}` })));
      expect(results.filter((isCreated) => isCreated)).toHaveLength(1);
      expect(await table().merchants.create(profile({ name: 'again' }))).toBe(false);
      expect((await read())?.profile.name).toBe(`n${results.indexOf(true)}`);
    });

    it('changes a profile where it is as it was read', async () => {
      expect(await table().merchants.saveProfile(profile({ rev: 2 }), 1)).toBe(false);
      expect(await read()).toBeUndefined();
      await table().merchants.create(profile());
      const results = await atOnce((writer) =>
        table().merchants.saveProfile(profile({ rev: 2, name: `n${writer}` }), 1),
      );
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      expect((await read())?.profile).toStrictEqual(profile({ rev: 2, name: `n${results.indexOf(true)}` }));
    });

    it('erases a merchant once: a tombstone is all that is found of it', async () => {
      const { merchants } = table();
      expect(await merchants.tombstone(SHOP)).toBeUndefined();
      await merchants.create(profile({ feedShards: 4 }));
      await merchants.createEndpoint(endpoint(), 1);
      expect(await merchants.tombstone(SHOP)).toBeUndefined();
      const erase = (second: number, rev: number) => {
        const tombstone = { merchantId: SHOP, erasedAt: at(second), erasedFeedShards: 4, rev: rev + 1 };
        return merchants.erase(tombstone, rev, { endpointIds: [endpoint().endpointId] });
      };
      expect(await erase(1, 1)).toBe(false);
      const results = await atOnce((writer) => erase(writer, 2));
      expect(results.filter((isErased) => isErased)).toHaveLength(1);
      expect(await merchants.tombstone(SHOP)).toStrictEqual({
        merchantId: SHOP,
        erasedAt: at(results.indexOf(true)),
        erasedFeedShards: 4,
        rev: 3,
      });
      expect(await read()).toBeUndefined();
      expect(await merchants.saveEndpoint(endpoint({ rev: 2 }), 1)).toBe(false);
    });

    it('makes and changes nothing in the place of an erased merchant', async () => {
      const { merchants } = table();
      await merchants.create(profile());
      const tombstone = { merchantId: SHOP, erasedAt: at(1), erasedFeedShards: 1, rev: 2 };
      expect(await merchants.erase(tombstone, 1)).toBe(true);
      expect(await merchants.create(profile())).toBe(false);
      expect(await merchants.saveProfile(profile({ rev: 2 }), 1)).toBe(false);
      expect(await merchants.createEndpoint(endpoint(), 1)).toBe(false);
      expect(await read()).toBeUndefined();
      expect(await merchants.tombstone(SHOP)).toStrictEqual(tombstone);
      expect(await merchants.erase({ ...tombstone, merchantId: OTHER }, 1)).toBe(false);
    });

    it('creates endpoints one at a time, so that each creation has counted all', async () => {
      await table().merchants.create(profile());
      const results = await atOnce((writer) =>
        table().merchants.createEndpoint(endpoint({ endpointId: `ep_${writer}` }), 1),
      );
      expect(results.filter((isCreated) => isCreated)).toHaveLength(1);
      const found = await read();
      expect(found?.profile).toStrictEqual(profile({ rev: 2 }));
      expect(found?.endpoints.map(({ endpointId }) => endpointId)).toEqual([`ep_${results.indexOf(true)}`]);
      expect(await table().merchants.createEndpoint(endpoint({ endpointId: 'ep_x' }), 1)).toBe(false);
      expect(await table().merchants.createEndpoint(endpoint({ endpointId: 'ep_x' }), 2)).toBe(true);
      expect((await read())?.profile.rev).toBe(3);
    });

    it('creates no endpoint without its merchant, or with an id that exists', async () => {
      expect(await table().merchants.createEndpoint(endpoint(), 1)).toBe(false);
      expect(await table().merchants.createEndpoint(endpoint(), 0)).toBe(false);
      expect(await read()).toBeUndefined();
      await table().merchants.create(profile());
      await table().merchants.createEndpoint(endpoint(), 1);
      const again = endpoint({ url: 'https://other.example' });
      expect(await table().merchants.createEndpoint(again, 2)).toBe(false);
      expect(await read()).toMatchObject({ profile: profile({ rev: 2 }), endpoints: [endpoint()] });
    });

    it('changes an endpoint where it is as it was read, and leaves out what the change leaves out', async () => {
      expect(await table().merchants.saveEndpoint(endpoint({ rev: 2 }), 1)).toBe(false);
      await table().merchants.create(profile());
      await table().merchants.createEndpoint(
        endpoint({ description: 'Order service', expectBody: 'success' }),
        1,
      );
      const results = await atOnce((writer) =>
        table().merchants.saveEndpoint(endpoint({ rev: 2, timeoutMs: 1_000 + writer }), 1),
      );
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      const standing = endpoint({ rev: 2, timeoutMs: 1_000 + results.indexOf(true) });
      expect((await read())?.endpoints).toStrictEqual([standing]);
      expect((await read())?.profile.rev).toBe(2);
    });

    it('keeps the endpoints of merchants apart', async () => {
      await table().merchants.create(profile());
      await table().merchants.create(profile({ merchantId: OTHER }));
      await table().merchants.createEndpoint(endpoint({ merchantId: OTHER }), 1);
      expect((await read())?.endpoints).toEqual([]);
      expect((await table().merchants.read(OTHER))?.endpoints).toHaveLength(1);
    });
  });
}
