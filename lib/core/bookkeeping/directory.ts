import type { MerchantId } from '../model.ts';

/** What is done along time for every merchant: closing and auditing of windows, statements of days. */
export type Mark = 'closed' | 'audited' | 'stated';

/** From `through`, inclusive, to `until`, exclusive. */
export interface Stretch {
  readonly through: string;
  readonly until: string;
}

/** How far one merchant is behind its partition. */
export interface OwnMark {
  /**
   * All that may be undone of what the partition's mark has passed, or is about to pass. It ends with `until` and not
   * with the partition's mark, which a run that was overtaken knows only as it was.
   */
  readonly open?: Stretch;
  /** The fence: raised by every change. */
  readonly rev: number;
}

export interface DirectoryEntry {
  readonly merchantId: MerchantId;
  readonly createdAt: string;
  readonly own: Readonly<Record<Mark, OwnMark>>;
}

/** Every merchant, in 16 partitions, with how far each partition is closed, audited and stated. Strongly consistent. */
export interface Directory {
  list(partition: number): Promise<readonly DirectoryEntry[]>;
  /** One merchant's row; it lies in the partition of its id. */
  entry(merchantId: MerchantId): Promise<DirectoryEntry | undefined>;
  closed(
    partition: number,
  ): Promise<{ readonly closedThrough: string; readonly windowSeconds: number } | undefined>;
  /** Never goes back. */
  saveClosed(
    partition: number,
    mark: { readonly closedThrough: string; readonly windowSeconds: number },
  ): Promise<void>;
  /** Changes a merchant's own mark, or takes it away; false where somebody changed it since it was seen. */
  changeOwnMark(seen: DirectoryEntry, mark: Mark, open: Stretch | undefined): Promise<boolean>;
  audited(partition: number): Promise<string | undefined>;
  /** Never goes back. */
  saveAudited(partition: number, auditedThrough: string): Promise<void>;
  stated(partition: number): Promise<string | undefined>;
  /** Never goes back. */
  saveStated(partition: number, statedThrough: string): Promise<void>;
}
