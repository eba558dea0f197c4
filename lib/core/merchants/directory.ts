import type { MerchantId } from '../model.ts';
import type { Profile } from './merchant-config.ts';

/** The work that advances along time for every merchant: windows are closed and audited, days are stated. */
export type Mark = 'closed' | 'audited' | 'stated';

/** The half-open interval [through, until). */
export interface Stretch {
  readonly through: string;
  readonly until: string;
}

/** How far one merchant is behind its partition. */
export interface OwnMark {
  /**
   * The stretch that may still be undone, although the partition's mark has passed it or is about to. It has its own end,
   * `until`, because a run that was overtaken knows only an old value of the partition's mark.
   */
  readonly open?: Stretch;
  /** The fencing token: raised by every change. */
  readonly rev: number;
}

/**
 * What the walks need of a merchant's profile. Stored in the directory row, in one transaction with the profile, so that a
 * walk past an idle merchant does not read its profile. The row never holds activity: recording would have to write it.
 */
export interface ListedSettings {
  readonly feedShards: number;
  readonly timeZone: string;
  /** The profile's `rev` that they were written with. */
  readonly rev: number;
  /** When they were written. */
  readonly at: string;
}

export interface DirectoryEntry {
  readonly merchantId: MerchantId;
  readonly createdAt: string;
  /** Absent where an older version wrote the row: the profile must be read. */
  readonly settings?: ListedSettings;
  readonly own: Readonly<Record<Mark, OwnMark>>;
  /** When the merchant was erased. Its row stays; walks pass it by. */
  readonly erasedAt?: string;
}

/** How far the merchants of a partition are, except those with an open mark of their own. */
export interface PartitionMark {
  /** Exclusive. */
  readonly through: string;
  /** How far the merchant furthest behind was when the mark was written. Absent: as far as `through`. */
  readonly reached?: string;
}

/** The `closed` mark also holds the length of the windows. The first write fixes it for good. */
interface ClosedMark extends PartitionMark {
  readonly windowSeconds: number;
}

/** The stored shape of each mark of a partition. */
export interface PartitionMarks {
  readonly closed: ClosedMark;
  readonly audited: PartitionMark;
  readonly stated: PartitionMark;
}

/** Marks that were read together. */
export interface ReadMarks {
  /**
   * Undefined if the partition never had this mark.
   *
   * @throws Fault `unreadable_row`: the others can still be read
   */
  of<Name extends Mark>(partition: number, name: Name): PartitionMarks[Name] | undefined;
}

/**
 * All merchants, in 16 partitions, and how far each partition is closed, audited and stated. Reads are strongly
 * consistent, except a list with `recent`.
 */
export interface Directory {
  /** `recent` costs half: it may lack what was written in the last moments. */
  list(partition: number, consistency?: 'strong' | 'recent'): Promise<readonly DirectoryEntry[]>;
  /** One merchant's row. Its id determines its partition. */
  entry(merchantId: MerchantId): Promise<DirectoryEntry | undefined>;
  /** Undefined if the partition never had this mark. */
  mark<Name extends Mark>(partition: number, name: Name): Promise<PartitionMarks[Name] | undefined>;
  /** These marks of these partitions, in one request. */
  marks(partitions: readonly number[], names: readonly Mark[]): Promise<ReadMarks>;
  /** Moves a mark forward. A mark that is earlier than the stored one changes nothing. */
  saveMark<Name extends Mark>(partition: number, name: Name, mark: PartitionMarks[Name]): Promise<void>;
  /** Changes a merchant's own mark, or removes it (`open` undefined). False if it changed since `seen` was read. */
  changeOwnMark(seen: DirectoryEntry, mark: Mark, open: Stretch | undefined): Promise<boolean>;
  /** Copies the profile's settings into its row. Changes nothing if the row already has those of this `rev` or a newer one. */
  keepSettings(profile: Pick<Profile, 'merchantId' | 'feedShards' | 'timeZone' | 'rev'>): Promise<void>;
}
