import { isoTime } from '../../protocol/instants.ts';
import { ReceiverFault } from '../receiver-fault.ts';
import { fullHour } from '../times.ts';

/**
 * Start of this receiver's responsibility (`service.since`) in UTC, in the format of the service.
 *
 * @throws ReceiverFault `since_missing`, `invalid_time`
 */
export function sinceOf({ since }: { readonly since: string | undefined }): string {
  if (since !== undefined) return isoTime(fullHour(since));
  throw new ReceiverFault('since_missing', 'service.since is required for the first run: a full hour.');
}
