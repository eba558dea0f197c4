import { isoTime, MINUTE_MS } from '../../time.ts';
import { type NotificationKey, notificationIdOf } from '../state/notification.ts';
import type { Job, NotSent, NotSentReason } from './redelivery-job.ts';

/** What a step did with each notification, and the sums that a job keeps of it. */

export interface StepResult {
  readonly key: NotificationKey;
  /** `sent`: since the job began. By this job, or by another request. */
  readonly result: 'sent' | NotSentReason;
}

/** Ids kept for each reason. */
const MAX_EXAMPLES = 3;
/** Notifications that one job sends in one minute. */
export const MAX_PER_MINUTE = 2_000;

/** The job with these results added to its sums. Adds nothing to `found`. */
export function withResults(job: Job, results: readonly StepResult[], nowMs: number): Job {
  const sent = results.filter(({ result }) => result === 'sent').length;
  const notSent = results.reduce(added, job.notSent ?? []);
  const minute = minuteOf(nowMs);
  const before = job.pace?.minute === minute ? job.pace.sent : 0;
  return {
    ...job,
    sent: job.sent + sent,
    ...(notSent.length > 0 && { notSent: [...notSent] }),
    pace: { minute, sent: before + sent },
  };
}

/** How many more notifications the job may send in this minute. */
export function roomInMinute({ pace }: Job, nowMs: number): number {
  return pace?.minute === minuteOf(nowMs) ? Math.max(0, MAX_PER_MINUTE - pace.sent) : MAX_PER_MINUTE;
}

function minuteOf(nowMs: number): string {
  return isoTime(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS);
}

function added(sums: readonly NotSent[], { key, result }: StepResult): readonly NotSent[] {
  if (result === 'sent') return sums;
  const id = notificationIdOf(key);
  if (!sums.some(({ reason }) => reason === result)) {
    return [...sums, { reason: result, count: 1, examples: [id] }];
  }
  return sums.map((sum) => (sum.reason === result ? oneMore(sum, id) : sum));
}

function oneMore({ reason, count, examples }: NotSent, id: string): NotSent {
  return { reason, count: count + 1, examples: [...examples, id].slice(0, MAX_EXAMPLES) };
}

/** The job at its end. What it had found and not sent yet is counted as not sent. */
export function ended(job: Job, state: 'done' | 'cancelled' | 'failed', nowMs: number): Job {
  const left = job.keys.map((key): StepResult => ({ key, result: 'cancelled' }));
  const { cursor: _place, ...rest } = withResults(job, left, nowMs);
  return { ...rest, state, keys: [], endedAt: isoTime(nowMs) };
}
