import { isoTime } from '../../protocol/instants.ts';
import { ReceiverFault } from '../faults.ts';
import { fullHour } from '../times.ts';

/**
 * From when on this receiver answers for what was applied, as the service wants it.
 *
 * @throws ReceiverFault `since_missing`, `invalid_time`
 */
export function sinceOf({ since }: { readonly since: string | undefined }): string {
  if (since !== undefined) return isoTime(fullHour(since));
  throw new ReceiverFault(
    'since_missing',
    'Nothing was asked for yet, so service.since must say from when on: a full hour.',
  );
}
