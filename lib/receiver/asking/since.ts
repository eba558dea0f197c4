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
  throw new ReceiverFault(
    'since_missing',
    'service.since is required until a run has stored a mark: a full hour.',
  );
}

/**
 * How far a run looks back before the mark. The service's audit may correct a window up to an hour and a quarter after
 * it was closed. Looking back costs nothing extra: it is part of the same request.
 */
const LOOK_BACK_MS = 2 * 3_600_000;

/**
 * Where the next comparison begins: two hours before the stored mark, not before `since`, and never behind the mark: a `since`
 * that is later, such as the hour of each start, must not leave out what was listed between them. Without a mark, at `since`.
 */
export function resumeMs(
  { since }: { readonly since: string | undefined },
  mark: string | undefined,
): number {
  if (mark === undefined) return fullHour(sinceOf({ since }));
  const markMs = Date.parse(mark);
  const earliestMs = since === undefined ? 0 : Math.min(fullHour(since), markMs);
  return Math.max(markMs - LOOK_BACK_MS, earliestMs);
}
