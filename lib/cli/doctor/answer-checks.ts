import { TOLERANCE_SECONDS } from '../../protocol/signing/signature-check.ts';
import { type Check, right, unknown, wrong } from '../receivers/check.ts';
import { answerOf, MAX_ANSWER_BYTES, type Posted } from '../receivers/post-callback.ts';

/** What one answer shows besides its status: time, redirect, clock, size. */

/** A first attempt is cut off by then, and made again with the whole time-out. */
const PATIENCE_MS = 2_000;
const DRIFT_SECONDS = 30;

export function answerChecks(
  posted: Posted,
  { timeoutMs, nowMs }: { readonly timeoutMs: number; readonly nowMs: number },
): readonly Check[] {
  if (posted.kind === 'failed') return [failedCheck(posted, timeoutMs)];
  return [
    timeCheck(posted.durationMs),
    redirectCheck(posted),
    clockCheck(posted.headers.date, nowMs),
    sizeCheck(posted.isTooLong),
  ];
}

type Answer = Extract<Posted, { kind: 'answered' }>;
type Failure = Extract<Posted, { kind: 'failed' }>;

function failedCheck(posted: Failure, timeoutMs: number): Check {
  if (posted.code === 'timeout') {
    return wrong(
      'answer_time',
      `There was no answer within ${timeoutMs / 1_000} s.`,
      'Store the callback, answer 2xx, and do the work afterwards. An endpoint’s timeoutMs may be up to 30,000.',
    );
  }
  if (posted.code === 'headers_too_large') {
    return wrong(
      'answer_size',
      'The headers of the answer are over 16 KiB.',
      'Answer with few headers and cookies.',
    );
  }
  return wrong(
    'answer',
    `There was no whole answer: ${answerOf(posted)}.`,
    'Does a proxy or the server end the connection? Its log says why.',
  );
}

function timeCheck(durationMs: number): Check {
  if (durationMs <= PATIENCE_MS) return right('answer_time', `It answered in ${durationMs} ms.`);
  return unknown(
    'answer_time',
    `It answered in ${durationMs} ms. A first attempt is cut off after 2 s, and made again at once.`,
    'Store the callback, answer 2xx, and do the work afterwards.',
  );
}

export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400;
}

function redirectCheck(answer: Answer): Check {
  const { status, headers } = answer;
  if (!isRedirect(answer)) return right('redirect', 'There is none.');
  const to = headers.location === undefined ? '' : ` to ${headers.location}`;
  return wrong(
    'redirect',
    `It redirects${to} (${status}). The service follows none.`,
    'Register the address that it points to.',
  );
}

function clockCheck(date: string | undefined, nowMs: number): Check {
  const ms = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(ms))
    return unknown('clock', 'The answer has no Date header, so its clock cannot be seen.');
  // The header has whole seconds.
  const seconds = Math.round((ms - nowMs) / 1_000);
  const size = Math.abs(seconds);
  if (size <= DRIFT_SECONDS) return right('clock', 'It agrees with the clock of this machine.');
  const what = `It is ${size} s ${seconds > 0 ? 'ahead of' : 'behind'} the clock of this machine.`;
  const change = 'Set both by NTP.';
  return size > TOLERANCE_SECONDS
    ? wrong('clock', what, `${change} Signatures that are off by over five minutes are refused.`)
    : unknown('clock', what, change);
}

function sizeCheck(isTooLong: boolean): Check {
  if (!isTooLong) return right('answer_size', `The answer is at most ${MAX_ANSWER_BYTES / 1_024} KiB.`);
  return wrong(
    'answer_size',
    'The answer is over 16 KiB. It counts, but the connection cannot be used again, and expectBody never fits.',
    'Answer 204, or with a short text.',
  );
}
