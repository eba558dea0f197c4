import { Fault } from '../faults.ts';
import type { MerchantId } from '../model.ts';
import type { Directory, Mark, Stretch } from './directory.ts';

/** Others write the same mark now and then: runs that overlap, and the audit that sets a statement's back. */
const MAX_TRIES = 10;

/**
 * Notes that of a merchant everything from `through` to `until` may be undone, beside what its mark says already. Also
 * where it says so: whoever began earlier, and sees the mark changed, must not take it away.
 */
export async function fallBehind(
  directory: Pick<Directory, 'entry' | 'changeOwnMark'>,
  behind: Stretch & { readonly merchantId: MerchantId; readonly mark: Mark },
): Promise<void> {
  const { merchantId, mark, through, until } = behind;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const entry = await directory.entry(merchantId);
    if (entry === undefined) return;
    const { open = { through, until } } = entry.own[mark];
    const next = {
      through: through < open.through ? through : open.through,
      until: until > open.until ? until : open.until,
    };
    if (await directory.changeOwnMark(entry, mark, next)) return;
  }
  throw new Fault({
    code: 'unavailable',
    message: `The ${mark} mark of ${merchantId} was changed by others ${MAX_TRIES} times in a row.`,
    retryable: true,
  });
}
