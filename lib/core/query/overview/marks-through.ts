import type { Directory, DirectoryEntry } from '../../merchants/directory.ts';
import type { MerchantId } from '../../model.ts';
import { ALL_PARTITIONS, partitionOf } from '../../partitions.ts';

/** How far windows are closed and audited. Absent: none was yet, of some partition of the directory. */
export interface Progress {
  readonly closedThrough?: string;
  readonly auditedThrough?: string;
  readonly windowSeconds?: number;
}

const NAMES = ['closed', 'audited'] as const;
/** Its mark also holds the length of windows, which is the same in every partition. */
const FIRST = 0;

/**
 * Every window that ends by these times is closed, and audited: of one merchant, or of all. Of all, it was so when the marks
 * were last moved: a merchant that was behind then may have caught up since.
 */
export async function progressOf(
  directory: Pick<Directory, 'marks' | 'entry'>,
  merchantId: MerchantId | undefined,
): Promise<Progress> {
  const partitions = merchantId === undefined ? ALL_PARTITIONS : [partitionOf(merchantId)];
  // In this order: a merchant's own mark is written before the partition's mark passes it.
  const marks = await directory.marks([...new Set([FIRST, ...partitions])], NAMES);
  const entry = merchantId === undefined ? undefined : await directory.entry(merchantId);
  const throughOf = (name: (typeof NAMES)[number]) =>
    least([
      ...partitions.map((partition) => {
        const mark = marks.of(partition, name);
        return merchantId === undefined ? (mark?.reached ?? mark?.through) : mark?.through;
      }),
      ...ownThrough(entry, name),
    ]);
  const [closed, audited] = [throughOf('closed'), throughOf('audited')];
  const windowSeconds = marks.of(FIRST, 'closed')?.windowSeconds;
  return {
    ...(closed !== undefined && { closedThrough: closed }),
    ...(audited !== undefined && { auditedThrough: audited }),
    ...(windowSeconds !== undefined && { windowSeconds }),
  };
}

function ownThrough(entry: DirectoryEntry | undefined, name: (typeof NAMES)[number]): readonly string[] {
  const own = entry?.own[name].open?.through;
  return own === undefined ? [] : [own];
}

function least(times: readonly (string | undefined)[]): string | undefined {
  const [first] = times.toSorted((left, right) => ((left ?? '') < (right ?? '') ? -1 : 1));
  return times.includes(undefined) ? undefined : first;
}
