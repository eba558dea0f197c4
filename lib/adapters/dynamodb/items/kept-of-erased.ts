import type { Place } from '../../../core/merchants/erasing/erasure.ts';

/** How rows of an erased merchant go, or why they stay. */
type Fate =
  | { readonly deleted: Place | 'with the transaction' | 'by the tombstone' }
  /** Part of a row that goes. */
  | { readonly of: string }
  | { readonly stays: string };

/**
 * What becomes of an erased merchant's rows, by the beginning of their keys. A test fails for a key that is missing here. So each new
 * kind of row gets an entry that says how it is deleted, or why it stays.
 */
export const FATE_OF_ROWS: Readonly<Record<string, Fate>> = {
  T: { deleted: 'listed' },
  V: { of: 'T' },
  N: { of: 'T' },
  W: { deleted: 'windows' },
  B: { of: 'W' },
  X: { of: 'W' },
  /** As the partition of counts. As a sort key, it is the check of a transaction. */
  C: { deleted: 'counts' },
  I: { deleted: 'alerts' },
  J: { deleted: 'jobs' },
  P: { deleted: 'parked' },
  E: { deleted: 'by the tombstone' },
  K: { deleted: 'by the tombstone' },
  L: { deleted: 'by the tombstone' },
  M: { stays: 'The tombstone is in the place of the profile, so that the id is never used again.' },
  D: { stays: 'The directory row holds the id and times. Walks pass it by.' },
  A: { stays: 'The audit log says who erased, and holds no values. It has a time of its own.' },
  H: {
    stays:
      'Health of endpoints holds a hash of their settings and the code of the last failure, until the retention ends. That of hosts goes with the transactions.',
  },
  G: { stays: 'Gates name places, and are gone within two days.' },
  S: {
    stays:
      'Sessions and portal links hold a hash and ids, open nothing without their key, and are gone within days.',
  },
  F: { of: 'T' },
  R: { of: 'T' },
  Q: { of: 'T' },
  U: { of: 'T' },
};
