import type { JsonObject } from '../../protocol/json/json-values.ts';
import { TOLERANCE_SECONDS } from '../../protocol/signing/signature-check.ts';
import { type Check, right, unknown, wrong } from '../receivers/check.ts';
import { answerOf, isAccepted, type Posted } from '../receivers/post-callback.ts';
import { refusalAdvice } from '../receivers/refusal-advice.ts';
import { type Callback, callbackOf, otherSecret, withoutSignature } from '../receivers/signing-callbacks.ts';
import { type MadeUp, madeUpTransaction, olderVersionOf } from './made-up.ts';
import { type Observer, observed, short, untouched } from './observing.ts';

/** What real life does to a receiver, one scene for each fault, and what the receiver made of it. */

export interface Stage {
  readonly secret: string;
  readonly now: () => number;
  readonly madeUp: MadeUp;
  readonly observer: Observer | undefined;
  /** Sends it, and tells the user. */
  readonly send: (scene: string, transaction: JsonObject, callback: Callback) => Promise<Posted>;
}

const TOLERANCE_MS = TOLERANCE_SECONDS * 1_000;

/** A valid callback, and copies of it. */
export async function playCopies(
  stage: Stage,
  transaction: JsonObject,
  times: number,
): Promise<readonly Check[]> {
  const answers: Posted[] = [];
  const send = async (attempt: number) => {
    const callback = callbackOf(transaction, { secret: stage.secret, atMs: stage.now(), attempt });
    answers.push(await stage.send(attempt === 1 ? 'valid' : 'duplicate', transaction, callback));
  };
  const seen = await observed(stage.observer, {
    transaction,
    first: () => send(1),
    second: async () => {
      for (let attempt = 2; attempt <= times; attempt += 1) await send(attempt);
    },
  });
  const [first, ...copies] = answers;
  if (first === undefined) return [];
  const valid = validCheck(first);
  if (copies.length === 0 || valid.state === 'wrong') return [valid];
  return [valid, duplicateCheck(copies), appliedOnce(seen, first, copies)];
}

function validCheck(answer: Posted): Check {
  return isAccepted(answer)
    ? right('valid', `It accepted the callback (${answerOf(answer)}).`)
    : wrong(
        'valid_refused',
        `It refused a valid callback: ${answerOf(answer)}.`,
        refusalAdvice(answer, 'trigger'),
      );
}

function duplicateCheck(copies: readonly Posted[]): Check {
  const refused = copies.find((copy) => !isAccepted(copy));
  return refused === undefined
    ? right('duplicate', 'It answered 2xx to a callback that it had already.')
    : wrong(
        'duplicate_refused',
        `It refused a callback that it had already: ${answerOf(refused)}.`,
        'Answer 2xx to it, and do nothing. Otherwise the service sends it again and again, and reports it as undelivered.',
      );
}

type Seen = Awaited<ReturnType<typeof observed>>;

function appliedOnce(seen: Seen, first: Posted, copies: readonly Posted[]): Check {
  if (seen.kind === 'kept') return right('applied_once', 'The copies changed nothing.');
  if (seen.kind === 'changed') {
    return wrong(
      'applied_twice',
      `A copy changed what was applied: from ${short(seen.from)} to ${short(seen.to)}.`,
      'Remember the webhook-id in the same transaction that applies the outcome. The receiver kit does that.',
    );
  }
  const other = copies.find((copy) => bodyOf(copy) !== bodyOf(first));
  const differs = other === undefined ? '' : ` Its answers differ: ${bodyOf(first)}, then ${bodyOf(other)}.`;
  return unknown('applied_once', `Whether it applied the copies cannot be seen.${differs}`, seen.why);
}

function bodyOf(answer: Posted): string {
  return answer.kind === 'answered' ? short(`${answer.status} ${answer.body}`.trim()) : answerOf(answer);
}

/** A callback whose signature is old. Below five minutes, it must be accepted: clocks differ. */
export async function playLate(stage: Stage, lateMs: number): Promise<readonly Check[]> {
  const transaction = madeUpTransaction(stage.madeUp, stage.now());
  const isOld = lateMs >= TOLERANCE_MS;
  const what = `a signature of ${Math.round(lateMs / 1_000)} s ago`;
  const answers: Posted[] = [];
  const send = async () => {
    const callback = callbackOf(transaction, { secret: stage.secret, atMs: stage.now() - lateMs });
    answers.push(await stage.send('late', transaction, callback));
  };
  if (!isOld) {
    await send();
    return answers.map((answer) =>
      isAccepted(answer)
        ? right('late', `It accepted ${what}.`)
        : wrong(
            'late_refused',
            `It refused ${what}: ${answerOf(answer)}.`,
            'Allow five minutes: the clocks of two machines differ, and requests take time.',
          ),
    );
  }
  return refusedChecks(await untouched(stage.observer, transaction, send), answers, {
    right: 'late',
    wrong: 'old_accepted',
    what,
    change:
      'Refuse a webhook-timestamp that is over five minutes old: otherwise a recorded callback can be played again.',
  });
}

/** A newer version, then an older one that ended otherwise. */
export async function playReorder(stage: Stage): Promise<readonly Check[]> {
  const newer = madeUpTransaction(stage.madeUp, stage.now(), 2);
  const older = olderVersionOf(newer);
  const answers: Posted[] = [];
  const send = async (transaction: JsonObject) => {
    const callback = callbackOf(transaction, { secret: stage.secret, atMs: stage.now() });
    answers.push(await stage.send('reorder', transaction, callback));
  };
  const seen = await observed(stage.observer, {
    transaction: newer,
    first: () => send(newer),
    second: () => send(older),
  });
  const [first, second] = answers;
  if (first === undefined || second === undefined) return [];
  if (!isAccepted(first)) return [validCheck(first)];
  if (seen.kind === 'changed') {
    return [
      wrong(
        'older_won',
        `An older version replaced a newer one: from ${short(seen.from)} to ${short(seen.to)}.`,
        'Keep the highest data.version of a transaction, and answer 2xx or 409 to an older one without applying it.',
      ),
    ];
  }
  if (seen.kind === 'kept') return [right('reorder', 'The older version changed nothing.')];
  return second.kind === 'answered' && second.status === 409
    ? [right('reorder', 'It refused the older version (409).')]
    : [
        unknown(
          'reorder',
          `It answered ${answerOf(second)} to the older version. Whether it applied it cannot be seen.`,
          seen.why,
        ),
      ];
}

/** What somebody else could send: each of a transaction that the receiver does not know. */
export async function playForgeries(stage: Stage): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { code, what, forge } of FORGERIES) {
    const transaction = madeUpTransaction(stage.madeUp, stage.now());
    const answers: Posted[] = [];
    const seen = await untouched(stage.observer, transaction, async () => {
      answers.push(await stage.send(code, transaction, forge(transaction, stage)));
    });
    checks.push(
      ...refusedChecks(seen, answers, {
        right: code,
        wrong: 'forgery_accepted',
        what,
        change:
          'Verify webhook-signature over the raw bytes of the body before anything else, and answer 401 if it is wrong.',
      }),
    );
  }
  return checks;
}

interface Forgery {
  readonly code: string;
  readonly what: string;
  readonly forge: (transaction: JsonObject, stage: Stage) => Callback;
}

const FORGERIES: readonly Forgery[] = [
  {
    code: 'wrong_signature',
    what: 'a callback signed with another secret',
    forge: (transaction, { now }) => callbackOf(transaction, { secret: otherSecret(), atMs: now() }),
  },
  {
    code: 'changed_body',
    what: 'a callback whose amount was changed after signing',
    forge: (transaction, { secret, now }) => {
      const { headers } = callbackOf(transaction, { secret, atMs: now() });
      const changed = { ...transaction, amount: Number(transaction.amount) + 1 };
      return { headers, body: callbackOf(changed, { secret, atMs: now() }).body };
    },
  },
  {
    code: 'no_signature',
    what: 'a callback without a signature',
    forge: (transaction, { secret, now }) =>
      withoutSignature(callbackOf(transaction, { secret, atMs: now() })),
  },
];

interface MustRefuse {
  readonly right: string;
  readonly wrong: string;
  readonly what: string;
  readonly change: string;
}

function refusedChecks(seen: Seen, [answer]: readonly Posted[], must: MustRefuse): readonly Check[] {
  if (answer === undefined) return [];
  if (isAccepted(answer))
    return [wrong(must.wrong, `It accepted ${must.what} (${answerOf(answer)}).`, must.change)];
  if (seen.kind === 'changed') {
    return [
      wrong(
        must.wrong,
        `It answered ${answerOf(answer)} to ${must.what}, but applied it: ${short(seen.to)}.`,
        must.change,
      ),
    ];
  }
  const isRefusal = answer.kind === 'answered' && answer.status >= 400 && answer.status < 500;
  return isRefusal
    ? [right(must.right, `It refused ${must.what} (${answerOf(answer)}).`)]
    : [
        unknown(
          must.right,
          `It answered ${answerOf(answer)} to ${must.what}: this is no refusal, but a failure.`,
          'Answer 401, so that logs tell an attack from a fault.',
        ),
      ];
}

/** A refusal says nothing of a receiver that refuses everything. */
export function withDoubts(checks: readonly Check[]): readonly Check[] {
  if (!checks.some(({ code }) => code === 'valid_refused')) return checks;
  return checks.map((check) =>
    REFUSALS.has(check.code) && check.state === 'right'
      ? unknown(check.code, `${check.what} But it refuses valid callbacks too.`)
      : check,
  );
}

const REFUSALS = new Set(['late', ...FORGERIES.map(({ code }) => code)]);
