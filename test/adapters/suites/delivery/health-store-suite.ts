import { describe, expect, it } from 'vitest';
import type { Health } from '../../../../lib/core/deliver/health/circuit.ts';
import { at, OTHER, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

const circuit = { merchantId: SHOP, circuitId: 'ep_1' };
const open: Health = {
  breaker: 'open',
  failingSince: at(0),
  failedDays: [0, 2],
  lastSuccessAt: at(-60),
  lastFailure: { at: at(30), error: 'tls_failed', detail: 'certificate_expired' },
  openedAt: at(60),
  probeAt: at(90),
  slow: true,
  rev: 1,
};

export function describeHealthStore(name: string, openTable: OpenTable): void {
  describe(`HealthStore on ${name}`, () => {
    const table = useTable(openTable);

    it('reads back every field, and drops what a later write leaves out', async () => {
      expect(await table().health.read(circuit)).toBeUndefined();
      expect(await table().health.save(circuit, open, 0)).toBe(true);
      expect(await table().health.read(circuit)).toStrictEqual(open);
      const well: Health = { breaker: 'closed', slow: false, rev: 2 };
      expect(await table().health.save(circuit, well, 1)).toBe(true);
      expect(await table().health.read(circuit)).toStrictEqual(well);
    });

    it('accepts a write only on the latest revision', async () => {
      expect(await table().health.save(circuit, { ...open, rev: 2 }, 1)).toBe(false);
      expect(await table().health.read(circuit)).toBeUndefined();
      await table().health.save(circuit, open, 0);
      expect(await table().health.save(circuit, { ...open, slow: false }, 0)).toBe(false);
      expect(await table().health.save(circuit, { ...open, rev: 3 }, 2)).toBe(false);
      expect(await table().health.read(circuit)).toStrictEqual(open);
    });

    it.each([0, 1])('lets one of twenty claim the probe that saw rev %i', async (seen) => {
      if (seen > 0) await table().health.save(circuit, open, 0);
      const results = await atOnce((writer) =>
        table().health.save(
          circuit,
          { ...open, breaker: 'half-open', probeAt: at(writer), rev: seen + 1 },
          seen,
        ),
      );
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      expect((await table().health.read(circuit))?.probeAt).toBe(at(results.indexOf(true)));
    });

    it('keeps circuits apart: of merchants, of endpoints, and of hosts', async () => {
      await table().health.save(circuit, open, 0);
      await table().health.save({ merchantId: SHOP, circuitId: 'host:pay.example:8443' }, open, 0);
      expect(await table().health.read({ ...circuit, merchantId: OTHER })).toBeUndefined();
      expect(await table().health.read({ ...circuit, circuitId: 'ep_10' })).toBeUndefined();
      expect(
        await table().health.read({ merchantId: SHOP, circuitId: 'host:pay.example:8443' }),
      ).toStrictEqual(open);
    });
  });
}
