import * as z from 'zod';
import type { AttemptMade } from '../deliver/state/transitions.ts';
import { parseJsonParts } from '../json.ts';
import { type Outcome, type OutcomeContent, outcomeContentSchema } from '../model.ts';
import { isoTime } from '../time.ts';

/** What an initiator's answer to a check means: pure. */

/** What an initiator may answer with 200. */
const answerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('PENDING') }),
  ...(['SUCCEEDED', 'FAILED', 'CLOSED'] as const).map((status) =>
    z.object({
      status: z.literal(status),
      amount: outcomeContentSchema.shape.amount,
      currency: outcomeContentSchema.shape.currency,
      occurredAt: outcomeContentSchema.shape.occurredAt,
      reason: outcomeContentSchema.shape.reason,
    }),
  ),
]);
/** And with 404. A 404 without it may be anybody's: a wrong path, a proxy, a server that is being deployed. */
const unknownSchema = z.object({ status: z.literal('UNKNOWN') });

/** What the answer says of the transaction. */
export type Says =
  | { readonly kind: 'ended'; readonly content: OutcomeContent }
  | { readonly kind: 'open'; readonly result: string };

/** What an answer means. Total: whatever is no answer leaves the question open. */
export function readAnswer(
  made: AttemptMade,
  { pending, nowMs }: { readonly pending: Outcome; readonly nowMs: number },
): Says {
  const { outcome, body } = made;
  const statusCode = 'statusCode' in outcome ? outcome.statusCode : undefined;
  // Marks stand where a part is refused: they fail the fields that are read, and nothing else.
  const json = parseJsonParts(body);
  if (statusCode === 404 && json.ok && unknownSchema.safeParse(json.value).success) {
    return pending.checkBack?.onUnknown === 'FAILED'
      ? unknownAsFailed(pending, nowMs)
      : { kind: 'open', result: 'UNKNOWN' };
  }
  if (outcome.result !== 'delivered')
    return { kind: 'open', result: 'code' in outcome ? outcome.code : outcome.result };
  if (statusCode !== 200) return { kind: 'open', result: 'unexpected_status' };
  const parsed = json.ok ? answerSchema.safeParse(json.value) : undefined;
  if (parsed?.success !== true) return { kind: 'open', result: 'invalid_answer' };
  if (parsed.data.status === 'PENDING') return { kind: 'open', result: 'PENDING' };
  return { kind: 'ended', content: { ...prepared(pending), ...parsed.data } };
}

function unknownAsFailed(pending: Outcome, nowMs: number): Says {
  const reason = { code: 'unknown_to_initiator', message: 'The initiator does not know the transaction.' };
  const { amount, currency } = pending;
  const occurredAt = isoTime(nowMs);
  return {
    kind: 'ended',
    content: { ...prepared(pending), status: 'FAILED', amount, currency, occurredAt, reason },
  };
}

/** What the end repeats of its PENDING without being asked. */
function prepared({ transactionType, reference, relatedTransactionId, metadata }: Outcome) {
  return {
    transactionType,
    ...(reference !== undefined && { reference }),
    ...(relatedTransactionId !== undefined && { relatedTransactionId }),
    ...(metadata !== undefined && { metadata }),
  };
}
