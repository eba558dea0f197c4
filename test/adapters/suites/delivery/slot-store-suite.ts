import { describe, expect, it } from 'vitest';
import type { Slots } from '../../../../lib/core/deliver/rate/slots.ts';
import { endpointIdSchema } from '../../../../lib/core/model.ts';
import { OTHER, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

const endpointId = endpointIdSchema().parse('ep_1');
const endpoint = { merchantId: SHOP, endpointId };
const slots: Slots = { sentUntilMs: 1_795_680_000_333.25, queuedUntilMs: 1_795_680_900_000, rev: 1 };

export function describeSlotStore(name: string, openTable: OpenTable): void {
  describe(`SlotStore on ${name}`, () => {
    const table = useTable(openTable);

    it('reads back what was written, with fractions of a millisecond', async () => {
      expect(await table().slots.read(endpoint)).toBeUndefined();
      expect(await table().slots.save(endpoint, slots, 0)).toBe(true);
      expect(await table().slots.read(endpoint)).toStrictEqual(slots);
    });

    it('accepts a write only on the latest revision', async () => {
      expect(await table().slots.save(endpoint, { ...slots, rev: 2 }, 1)).toBe(false);
      expect(await table().slots.read(endpoint)).toBeUndefined();
      await table().slots.save(endpoint, slots, 0);
      expect(await table().slots.save(endpoint, { ...slots, sentUntilMs: 1 }, 0)).toBe(false);
      expect(await table().slots.save(endpoint, { ...slots, rev: 3 }, 2)).toBe(false);
      expect(await table().slots.save(endpoint, { ...slots, rev: 2 }, 1)).toBe(true);
    });

    it.each([0, 1])('lets one of twenty reserve on rev %i', async (seen) => {
      if (seen > 0) await table().slots.save(endpoint, slots, 0);
      const results = await atOnce((writer) =>
        table().slots.save(endpoint, { ...slots, queuedUntilMs: writer, rev: seen + 1 }, seen),
      );
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      expect((await table().slots.read(endpoint))?.queuedUntilMs).toBe(results.indexOf(true));
    });

    it('keeps endpoints and merchants apart, and the rate apart from health', async () => {
      await table().slots.save(endpoint, slots, 0);
      expect(await table().slots.read({ merchantId: OTHER, endpointId })).toBeUndefined();
      const other = endpointIdSchema().parse('ep_2');
      expect(await table().slots.read({ merchantId: SHOP, endpointId: other })).toBeUndefined();
      expect(await table().health.read({ merchantId: SHOP, circuitId: endpointId })).toBeUndefined();
    });
  });
}
