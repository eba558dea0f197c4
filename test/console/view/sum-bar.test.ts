import { describe, expect, it } from 'vitest';
import { visibleShares } from '../../../lib/console/view/charts/scale.ts';
import { SumBar, type Sums } from '../../../lib/console/view/charts/sum-bar.tsx';
import { uiOf } from '../../../lib/console/view/ui.ts';

const ui = uiOf('en', '2026-11-29T08:46:12.000Z');
const SOUND: Sums = {
  expected: 20,
  delivered: 14,
  acknowledged: 1,
  open: 2,
  exhausted: 2,
  blocked: 1,
  lost: 0,
};
const shown = (sums: Sums) => String(SumBar({ ui, sums }));

describe('the bar that adds up', () => {
  it('says that all is accounted for only if the sum is exact and nothing is lost', () => {
    expect(shown(SOUND)).toContain(ui.text.sumBar.title);
    expect(shown({ ...SOUND, expected: 21 })).toContain(ui.text.sumBar.off);
    expect(shown({ ...SOUND, expected: 21, lost: 1 })).toContain(ui.text.sumBar.off);
    expect(shown({ ...SOUND, expected: 21, lost: 1 })).not.toContain('not accounted for');
  });

  it('says how many are not accounted for', () => {
    expect(shown({ ...SOUND, expected: 23 })).toContain('3 are not accounted for');
  });

  it('adds what is not audited yet to what is expected', () => {
    expect(shown({ ...SOUND, expected: 17, notAuditedYet: 3 })).toContain(ui.text.sumBar.title);
  });

  it('draws even one of a million so that it can be seen, and is as wide as its parts', () => {
    const shares = visibleShares([1_000_000, 1, 0], 0.01);
    expect(shares[1]).toBe(0.01);
    expect(shares[2]).toBe(0);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  });
});
