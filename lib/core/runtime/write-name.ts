import { base62 } from '../crypto.ts';
import type { Random } from './environment.ts';

/** Large enough that no two writes to the same state of an item share a name. */
const NAME_BYTES = 6;

/** A random name that a write stores (`writtenBy`), so that its writer recognises it if the answer to it was lost. */
export function writeName(random: Pick<Random, 'bytes'>): string {
  return base62(random.bytes(NAME_BYTES));
}
