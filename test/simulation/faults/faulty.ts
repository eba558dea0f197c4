import { FAULTS } from './fault-list.ts';
import { injection } from './injection.ts';

/** What stands in place of an export, by the fault that this process was given. Called by the hooked module. */
export function faulty<Real>(exportName: string, real: Real): Real {
  const fault = FAULTS.find(({ name }) => name === injection?.name);
  const wrap = fault?.at.replacements.get(exportName);
  if (wrap === undefined) throw new Error(`No fault "${injection?.name}" replaces ${exportName}.`);
  return wrap(real) as Real;
}
