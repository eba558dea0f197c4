import type { MerchantId } from '../model.ts';
import type { BucketDigest } from './digest.ts';
import type { Window } from './window.ts';

interface WindowPageQuery {
  readonly merchantId: MerchantId;
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** Windows as they were closed. All reads are strongly consistent, and without bucket digests unless said otherwise. */
export interface WindowStore {
  read(merchantId: MerchantId, start: string): Promise<Window | undefined>;
  /** The bucket digests that were kept of this window, in the revision in which it was read. */
  buckets(window: Window): Promise<readonly BucketDigest[] | undefined>;
  /** Windows that start from `from` (inclusive) to `to` (exclusive), oldest first. */
  page(options: WindowPageQuery): Promise<{ readonly windows: readonly Window[]; readonly cursor?: string }>;
  /** A window is closed once: whoever comes second changes nothing. */
  putIfAbsent(window: Window): Promise<boolean>;
  /** Replaces the window whose revision is still `expectedRevision` (undefined: there is none). */
  revise(window: Window, expectedRevision: number | undefined): Promise<boolean>;
}
