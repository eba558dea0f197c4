import type { Directory, Mark } from '../../merchants/directory.ts';
import type { MerchantId } from '../../model.ts';
import { forEachPartition, partitionOf } from '../../partitions.ts';

/** How far windows are closed and audited. Absent: none was yet, of some partition of the directory. */
export interface Progress {
  readonly closedThrough?: string;
  readonly auditedThrough?: string;
  readonly windowSeconds?: number;
}

type MarkReader = Pick<Directory, 'mark' | 'entry'>;

/**
 * Every window that ends by these times is closed, and audited: of one merchant, or of all. Of all, it was so when the marks
 * were last moved: a merchant that was behind then may have caught up since.
 */
export async function progressOf(
  directory: MarkReader,
  merchantId: MerchantId | undefined,
): Promise<Progress> {
  const [closed, audited] = await Promise.all([
    throughOf(directory, 'closed', merchantId),
    throughOf(directory, 'audited', merchantId),
  ]);
  const windowSeconds = (await directory.mark(0, 'closed'))?.windowSeconds;
  return {
    ...(closed !== undefined && { closedThrough: closed }),
    ...(audited !== undefined && { auditedThrough: audited }),
    ...(windowSeconds !== undefined && { windowSeconds }),
  };
}

async function throughOf(
  directory: MarkReader,
  name: Exclude<Mark, 'stated'>,
  merchantId: MerchantId | undefined,
): Promise<string | undefined> {
  if (merchantId === undefined) {
    const marks = await forEachPartition((partition) => directory.mark(partition, name));
    return least(marks.map((mark) => mark?.reached ?? mark?.through));
  }
  // In this order: a merchant's own mark is written before the partition's mark passes it.
  const mark = await directory.mark(partitionOf(merchantId), name);
  const entry = await directory.entry(merchantId);
  const own = entry?.own[name].open?.through;
  return own === undefined ? mark?.through : least([mark?.through, own]);
}

function least(times: readonly (string | undefined)[]): string | undefined {
  const [first] = times.toSorted((left, right) => ((left ?? '') < (right ?? '') ? -1 : 1));
  return times.includes(undefined) ? undefined : first;
}
