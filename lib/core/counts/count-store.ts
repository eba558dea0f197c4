import type { EndpointId, MerchantId } from '../model.ts';
import type { Counts } from './attempt-counts.ts';

/** In place of a merchant and an endpoint: the row of the whole service. It is neither's id. */
export const ALL = '*';

/**
 * Names a row of one endpoint, or of the whole service: the attempts that began in one hour, and the states of the
 * notifications that were listed in it.
 */
export interface CountKey {
  readonly merchantId: MerchantId | typeof ALL;
  readonly endpointId: EndpointId | typeof ALL;
  /** The start of a UTC hour. */
  readonly hour: string;
  /**
   * The UTC day on which later changes were written: such a row holds the changes of that day only. So the shards that write
   * to one row are those that were open on one day, and their marks stay few. Absent: the row of the hour itself.
   */
  readonly changedOn?: string;
}

export interface CountRow extends CountKey {
  readonly counts: Counts;
}

/** Consecutive records of one shard, as far as they belong to one row. */
export interface Addition {
  readonly key: CountKey;
  /** Names the shard of the stream. No other shard ever has this name. */
  readonly shard: string;
  /** The sequence numbers of the first and the last record. As texts they compare like numbers. */
  readonly first: string;
  readonly last: string;
  readonly counts: Counts;
}

interface CountRange {
  readonly merchantId: MerchantId | typeof ALL;
  /** Starts of hours: `from` inclusive, `to` exclusive. */
  readonly from: string;
  readonly to: string;
}

export interface CountStore {
  /**
   * Adds the counts and moves the row's mark for the shard to `last`, in one write, if the mark is before `first` or
   * missing. False otherwise: some of these records were added before.
   */
  add(addition: Addition): Promise<boolean>;
  /** The last record of the shard that the row includes. Strongly consistent. */
  mark(key: CountKey, shard: string): Promise<string | undefined>;
  /** The rows of a merchant, by hour and then by endpoint. Eventually consistent. */
  rows(range: CountRange): Promise<readonly CountRow[]>;
}
