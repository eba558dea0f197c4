import type { Conflict } from './command.ts';
import { usageFailure } from './exit-status.ts';

/** What was given and would be ignored is refused: silence would let the user believe that it counted. */

/** Conflicts of the options that every command has. */
export const COMMON_CONFLICTS: readonly Conflict[] = [
  { ignored: ['--data-dir'], with: '--profile', hint: 'Both name the service: give one of them.' },
];

/** Options by name with dashes (`--state`), arguments without (`record`). What has only its default is not given. */
export interface WhatWasGiven {
  has(name: string): boolean;
  valueOf(name: string): unknown;
}

/** @throws CommandFailure that names what would be ignored */
export function refuseConflicts(conflicts: readonly Conflict[], given: WhatWasGiven): void {
  for (const conflict of conflicts) {
    const ignored = conflict.ignored.filter(given.has);
    if (ignored.length === 0 || !isMet(conflict, given)) continue;
    const verb = ignored.length === 1 ? 'has' : 'have';
    throw usageFailure(
      `${ignored.map(shown).join(' and ')} ${verb} no effect ${causeOf(conflict, given)}.`,
      conflict.hint,
    );
  }
}

function isMet({ with: other, values, without = [] }: Conflict, given: WhatWasGiven): boolean {
  if (without.some(given.has)) return false;
  if (other === undefined) return true;
  return given.has(other) && (values === undefined || values.includes(String(given.valueOf(other))));
}

function causeOf({ with: other, values, without = [] }: Conflict, given: WhatWasGiven): string {
  if (other === undefined) return `without ${without.map(shown).join(' or ')}`;
  const value = String(given.valueOf(other));
  if (values === undefined) return `with ${shown(other)}`;
  return `with ${other.startsWith('--') ? `${other} ${value}` : value}`;
}

function shown(name: string): string {
  return name.startsWith('--') ? name : `<${name}>`;
}
