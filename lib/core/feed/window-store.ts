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

/** Closed windows. Reads are strongly consistent. Only `buckets` returns bucket digests. */
export interface WindowStore {
  read(merchantId: MerchantId, start: string): Promise<Window | undefined>;
  /** The bucket digests stored for this revision of the window; undefined if none are kept. */
  buckets(window: Window): Promise<readonly BucketDigest[] | undefined>;
  /** Windows that start in [from, to), oldest first. */
  page(options: WindowPageQuery): Promise<{ readonly windows: readonly Window[]; readonly cursor?: string }>;
  /** A window is closed once: a second write changes nothing. */
  putIfAbsent(window: Window): Promise<boolean>;
  /** Replaces the window if its revision is still `expectedRevision` (undefined: none may be stored). */
  revise(window: Window, expectedRevision: number | undefined): Promise<boolean>;
}
