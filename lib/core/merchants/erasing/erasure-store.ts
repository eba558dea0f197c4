import type { MerchantId, TransactionKey } from '../../model.ts';
import type { Erasure, Place, Removed } from './erasure.ts';

/** How far the deletion of each erased merchant is. The list of open ones is written with the tombstone. */
export interface ErasureStore {
  /** Erased merchants whose rows are not yet deleted. */
  open(): Promise<readonly MerchantId[]>;
  /** Strongly consistent; undefined before the beginning. */
  read(merchantId: MerchantId): Promise<Erasure | undefined>;
  /** False if another run wrote after `expectedRev` (none stored: 0). An erasure that has ended also leaves the list. */
  save(erasure: Erasure, expectedRev: number): Promise<boolean>;
}

interface PlaceToEmpty extends Pick<Erasure, 'merchantId' | 'feedShards'> {
  readonly place: Exclude<Place, 'files'>;
  readonly cursor?: string;
}

/** The rows of a merchant, wherever they are. Deleting what is gone changes nothing, so each call may be repeated. */
export interface MerchantRows {
  /** Deletes the next rows of a place, and of each transaction that it names all rows. A page at most. */
  removeNext(place: PlaceToEmpty): Promise<Removed>;
  /** Deletes all rows of one transaction. Returns their number. */
  removeTransaction(key: TransactionKey): Promise<number>;
}

export interface MerchantFiles {
  /** Deletes some files of a merchant, with all their versions. 0: there were none. */
  removeSome(merchantId: MerchantId): Promise<number>;
}
