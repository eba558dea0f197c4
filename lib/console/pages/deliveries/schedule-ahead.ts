import { delaysOf, type Schedule } from '../../../core/schedule.ts';
import { isoTime, msOf, SECOND_MS } from '../../../core/time.ts';

/** What is known of a notification, as the API shows it. */
interface Course {
  readonly state: string;
  readonly attempts: readonly { readonly at: string; readonly error?: string | undefined }[];
  readonly nextAttemptAt?: string | undefined;
  readonly lastRequest?: { readonly action: string; readonly at: string } | undefined;
}

/** A request that was made again at once with its full time-out does not use up the schedule. */
const HANDED_OVER = 'handed_over';

/**
 * When the attempts that are still to come are due, soonest first. The first is known; those after it follow the schedule
 * without its jitter, which lengthens each wait by up to a tenth.
 */
export function attemptsAhead(course: Course, schedule: Schedule): readonly string[] {
  const { state, attempts, nextAttemptAt, lastRequest } = course;
  if (nextAttemptAt === undefined) return [];
  if (state !== 'pending' && state !== 'retrying') return [nextAttemptAt];
  const begunAt = lastRequest?.action === 'redeliver' ? lastRequest.at : '';
  const made = attempts.filter(({ at, error }) => at >= begunAt && error !== HANDED_OVER).length;
  const times = [msOf(nextAttemptAt)];
  for (const delay of delaysOf(schedule).slice(made)) times.push((times.at(-1) ?? 0) + delay * SECOND_MS);
  return times.map(isoTime);
}
