import type { Directory, Mark, Stretch } from '../merchants/directory.ts';
import type { MerchantId } from '../model.ts';
import { changeUnderRev, OVERTAKEN } from '../runtime/change-under-rev.ts';

/** Overlapping runs write the same mark, and so does the audit when it moves the `stated` mark back. */
const MAX_TRIES = 10;

/** A stretch of one merchant's time, [through, until), that a mark may have passed although the work is not done. */
export interface Behind extends Stretch {
  readonly merchantId: MerchantId;
  readonly mark: Mark;
}

/**
 * Marks the merchant as behind for [through, until), in addition to what its mark says already. Always raises the
 * mark's `rev`, so that an older run that is still in flight cannot clear it. An unknown merchant is ignored.
 */
export async function fallBehind(
  directory: Pick<Directory, 'entry' | 'changeOwnMark'>,
  { merchantId, mark, through, until }: Behind,
): Promise<void> {
  const oneTry = async () => {
    const entry = await directory.entry(merchantId);
    if (entry === undefined) return 'unknown_merchant';
    const { open = { through, until } } = entry.own[mark];
    const next = {
      through: through < open.through ? through : open.through,
      until: until > open.until ? until : open.until,
    };
    return (await directory.changeOwnMark(entry, mark, next)) ? 'marked' : OVERTAKEN;
  };
  await changeUnderRev(`The ${mark} mark of ${merchantId}`, oneTry, MAX_TRIES);
}
