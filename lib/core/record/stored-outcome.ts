import * as z from 'zod';
import { isUnreadable, unreadableRowFault } from '../faults.ts';
import type { Outcome } from '../model.ts';
import { onFirstUse } from '../reading/on-first-use.ts';
import {
  storedForeignTime,
  storedLine,
  storedMerchantId,
  storedTime,
  storedTransactionId,
  storedVersion,
  storedWord,
} from '../reading/stored.ts';

/** Reads stored outcomes loosely: the request rules of `outcomeContentSchema` are not enforced again. */

/** `afterSeconds` of a stored check-back without that field. */
const CHECK_AFTER_SECONDS = 60;

const storedOutcomeSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    transactionId: storedTransactionId(),
    version: storedVersion(),
    transactionType: storedWord(),
    status: storedWord<Outcome['status']>(),
    amount: z.int(),
    currency: storedWord(),
    occurredAt: storedForeignTime(),
    reference: storedLine().exactOptional(),
    // Delivered as recorded, with any fields that a newer version added.
    reason: z.looseObject({ code: z.string(), message: z.string() }).exactOptional(),
    relatedTransactionId: storedTransactionId().exactOptional(),
    metadata: z.record(z.string(), z.unknown()).exactOptional(),
    notifyUrl: z.string().exactOptional(),
    checkBack: z
      .object({
        url: z.string(),
        afterSeconds: z.number().nonnegative().default(CHECK_AFTER_SECONDS),
        onUnknown: storedWord<NonNullable<Outcome['checkBack']>['onUnknown']>().default('ask'),
      })
      .exactOptional(),
    recordedAt: storedTime(),
    listedAt: storedTime().exactOptional(),
  }),
);

/**
 * Parses a stored row into an outcome.
 *
 * @param name the row's name, for error messages
 * @throws Fault `unreadable_row` if the row is not an outcome
 */
export function readOutcome(row: unknown, name: string): Outcome {
  const parsed = storedOutcomeSchema().safeParse(row);
  if (parsed.success) return parsed.data;
  throw unreadableRowFault(name, fieldsOf(parsed.error));
}

/** Names the invalid fields, never their values. */
function fieldsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, code }) => `${code} /${path.join('/')}`).join(', ');
}

/**
 * Reads the rows of a page up to the first unreadable one. The rows before it are returned, and the next page begins with
 * it. So no list or sum silently skips a row.
 *
 * @returns the rows read, and their number
 * @throws Fault `unreadable_row` if the first row is unreadable
 */
export function readUntilUnreadable<Row, Read>(
  rows: readonly Row[],
  read: (row: Row) => Read,
): { readonly read: readonly Read[]; readonly taken: number } {
  const done: Read[] = [];
  for (const row of rows) {
    try {
      done.push(read(row));
    } catch (error) {
      if (!isUnreadable(error) || done.length === 0) throw error;
      break;
    }
  }
  return { read: done, taken: done.length };
}
