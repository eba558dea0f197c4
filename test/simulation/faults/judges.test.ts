import { describe, expect, it } from 'vitest';
import { FAULTS } from './fault-list.ts';
import { findingOf } from './judges.ts';

const MODULE = new URL('../../../lib/protocol/runtime/bounded-map.ts', import.meta.url).href;
const BOUNDED_MAP_TEST = 'test/protocol/runtime/bounded-map.test.ts';

describe('a deliberate fault', () => {
  const fault = FAULTS.find(({ test }) => test === BOUNDED_MAP_TEST);
  if (fault === undefined) throw new Error(`No fault is judged by ${BOUNDED_MAP_TEST}.`);

  it('is caught by the test that fails with it', async () => {
    expect(await findingOf(fault, MODULE)).toMatch(/^a bounded map /);
  });

  it('is missed by a test that reaches it and passes', async () => {
    expect(
      await findingOf({ ...fault, test: 'test/api/parked/parked-routes.test.ts' }, MODULE),
    ).toBeUndefined();
  });

  it('is an error if it is never reached', async () => {
    const elsewhere = { ...fault, test: 'test/core/schedule.test.ts' };
    await expect(findingOf(elsewhere, MODULE)).rejects.toThrow(`Never reached: ${fault.name}`);
  });

  it('is an error if the run breaks instead of failing a test', async () => {
    const missing = { ...fault, test: 'test/core/no-such.test.ts' };
    await expect(findingOf(missing, MODULE)).rejects.toThrow('did not come to an end');
  });

  it('has a name of its own, so that a run can find it', () => {
    const names = FAULTS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});
