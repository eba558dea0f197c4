import * as z from 'zod';
import { TERMINAL_STATUSES } from '../../protocol/content/content-rules.ts';
import type { AttemptMade } from '../deliver/state/transitions.ts';
import { type Outcome, type OutcomeContent, outcomeContentSchema } from '../model.ts';
import { parseJsonParts } from '../reading/json.ts';
import { onFirstUse } from '../reading/on-first-use.ts';
import { isoTime } from '../time.ts';

/** Interprets an initiator's answer to a check. Pure. */

/** The body of a 200 answer. */
const answerSchema = onFirstUse(() =>
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('PENDING') }),
    ...TERMINAL_STATUSES.map((status) =>
      z.object({
        status: z.literal(status),
        amount: outcomeContentSchema().shape.amount,
        currency: outcomeContentSchema().shape.currency,
        occurredAt: outcomeContentSchema().shape.occurredAt,
        reason: outcomeContentSchema().shape.reason,
      }),
    ),
  ]),
);
/** The body of a 404 answer. A 404 without it may come from a wrong path, a proxy, or a server during a deployment. */
const unknownSchema = onFirstUse(() => z.object({ status: z.literal('UNKNOWN') }));

/** What the answer says about the transaction. */
export type CheckReply =
  | { readonly kind: 'ended'; readonly content: OutcomeContent }
  | { readonly kind: 'open'; readonly result: string };

/** Interprets an answer. Total: anything that is not a valid answer leaves the transaction `open`. */
export function readAnswer(
  made: AttemptMade,
  { pending, nowMs }: { readonly pending: Outcome; readonly nowMs: number },
): CheckReply {
  const { outcome, body } = made;
  const statusCode = 'statusCode' in outcome ? outcome.statusCode : undefined;
  // The parser leaves a mark in place of each refused part. A mark fails validation only in a field that is read.
  const json = parseJsonParts(body);
  if (statusCode === 404 && json.ok && unknownSchema().safeParse(json.value).success) {
    return pending.checkBack?.onUnknown === 'FAILED'
      ? unknownAsFailed(pending, nowMs)
      : { kind: 'open', result: 'UNKNOWN' };
  }
  if (outcome.result !== 'delivered')
    return { kind: 'open', result: 'code' in outcome ? outcome.code : outcome.result };
  if (statusCode !== 200) return { kind: 'open', result: 'unexpected_status' };
  const parsed = json.ok ? answerSchema().safeParse(json.value) : undefined;
  if (parsed?.success !== true) return { kind: 'open', result: 'invalid_answer' };
  if (parsed.data.status === 'PENDING') return { kind: 'open', result: 'PENDING' };
  return { kind: 'ended', content: { ...prepared(pending), ...parsed.data } };
}

function unknownAsFailed(pending: Outcome, nowMs: number): CheckReply {
  const reason = { code: 'unknown_to_initiator', message: 'The initiator does not know the transaction.' };
  const { amount, currency } = pending;
  const occurredAt = isoTime(nowMs);
  return {
    kind: 'ended',
    content: { ...prepared(pending), status: 'FAILED', amount, currency, occurredAt, reason },
  };
}

/** The fields that the end copies from its PENDING. */
export function prepared({ transactionType, reference, relatedTransactionId, metadata }: Outcome) {
  return {
    transactionType,
    ...(reference !== undefined && { reference }),
    ...(relatedTransactionId !== undefined && { relatedTransactionId }),
    ...(metadata !== undefined && { metadata }),
  };
}
