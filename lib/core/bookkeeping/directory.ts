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

/** How far every merchant of a partition is, save those with an open mark of their own. */
interface PartitionMark {
  /** Exclusive. */
  readonly through: string;
}

/** The mark of closing also holds the length of the windows, which the first write settles for good. */
interface ClosedMark extends PartitionMark {
  readonly windowSeconds: number;
}

/** What is kept for each mark of a partition. */
export interface PartitionMarks {
  readonly closed: ClosedMark;
  readonly audited: PartitionMark;
  readonly stated: PartitionMark;
}

/** Every merchant, in 16 partitions, with how far each partition is closed, audited and stated. Strongly consistent. */
export interface Directory {
  list(partition: number): Promise<readonly DirectoryEntry[]>;
  /** One merchant's row; it lies in the partition of its id. */
  entry(merchantId: MerchantId): Promise<DirectoryEntry | undefined>;
  /** Undefined where nothing of the partition was ever marked so. */
  mark<Name extends Mark>(partition: number, name: Name): Promise<PartitionMarks[Name] | undefined>;
  /** Moves a mark on. It never goes back: an earlier one changes nothing. */
  saveMark<Name extends Mark>(partition: number, name: Name, mark: PartitionMarks[Name]): Promise<void>;
  /** Changes a merchant's own mark, or takes it away; false where somebody changed it since it was seen. */
  changeOwnMark(seen: DirectoryEntry, mark: Mark, open: Stretch | undefined): Promise<boolean>;
}
