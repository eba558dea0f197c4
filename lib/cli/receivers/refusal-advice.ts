import type { Posted } from './post-callback.ts';

/** The command that gives the advice: it names another one only where that knows more, and only options of its own. */
export type Adviser = 'doctor' | 'trigger';

/** What to change at a receiver that did not accept a valid callback. */
export function refusalAdvice(posted: Posted, adviser: Adviser): string {
  const more = adviser === 'trigger' ? nextStep(posted) : undefined;
  return [adviceFor(posted), ...(more === undefined ? [] : [more])].join(' ');
}

function adviceFor(posted: Posted): string {
  if (posted.kind === 'failed') {
    return posted.code === 'timeout'
      ? 'Store the callback, answer 2xx, and do the work afterwards.'
      : 'Does a proxy or the server end the connection? Its log says why.';
  }
  const { status } = posted;
  const advice = BY_STATUS[status];
  if (advice !== undefined) return advice;
  if (status >= 300 && status < 400)
    return 'Redirects are not followed. Register the address that it points to.';
  if (status >= 500) return 'It failed: its log says why. Answer 2xx only after the outcome is stored.';
  return 'Answer 2xx to each callback that is signed rightly, also to types that are not known.';
}

/** What to do after `tidings trigger` where its advice is a question. */
function nextStep(posted: Posted): string | undefined {
  if (posted.kind === 'failed') {
    return posted.code === 'timeout' ? undefined : 'tidings doctor looks into the connection.';
  }
  if (posted.status === 404) return 'If it knows no such order, pass --reference with one that it knows.';
  return BY_STATUS[posted.status]?.startsWith(SIGNATURE) === true ? 'tidings doctor finds out.' : undefined;
}

const SIGNATURE =
  'Is this the secret of the receiver? Does it verify the raw bytes of the body, before any parser?';

const BY_STATUS: Readonly<Record<number, string>> = {
  400: SIGNATURE,
  401: SIGNATURE,
  403: `${SIGNATURE} A receiver of another merchant refuses too: pass --merchant.`,
  404: 'Is the path right?',
  405: 'The route must take POST.',
  409: 'Does it know this transaction with another end? An end that it knows already is answered with 2xx.',
  410: 'The service disables an endpoint that answers 410. Answer it only when no callback should come any more.',
  413: 'A callback has up to 64 KiB: raise the limit of the body.',
  415: 'The body is application/json.',
};
