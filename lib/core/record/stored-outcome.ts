import * as z from 'zod';
import { isUnreadable, unreadableRowFault } from '../faults.ts';
import type { Outcome } from '../model.ts';
import {
  storedForeignTime,
  storedLine,
  storedMerchantId,
  storedTime,
  storedTransactionId,
  storedVersion,
  storedWord,
} from '../stored.ts';

/** Outcomes as rows are read: what `outcomeContentSchema` asks of requests is not asked again. */

/** Of a check-back that says nothing of it. */
const CHECK_AFTER_SECONDS = 60;

const storedOutcomeSchema = z.object({
  merchantId: storedMerchantId,
  transactionId: storedTransactionId,
  version: storedVersion,
  transactionType: storedWord(),
  status: storedWord<Outcome['status']>(),
  amount: z.int(),
  currency: storedWord(),
  occurredAt: storedForeignTime,
  reference: storedLine.exactOptional(),
  // Told as it was stated, with fields that a newer version may have added.
  reason: z.looseObject({ code: z.string(), message: z.string() }).exactOptional(),
  relatedTransactionId: storedTransactionId.exactOptional(),
  metadata: z.record(z.string(), z.unknown()).exactOptional(),
  notifyUrl: z.string().exactOptional(),
  checkBack: z
    .object({
      url: z.string(),
      afterSeconds: z.number().nonnegative().default(CHECK_AFTER_SECONDS),
      onUnknown: storedWord<NonNullable<Outcome['checkBack']>['onUnknown']>().default('ask'),
    })
    .exactOptional(),
  recordedAt: storedTime,
  listedAt: storedTime.exactOptional(),
});

/**
 * @param name of the row, for people
 * @throws Fault `unreadable_row` where the row is no outcome of any version
 */
export function readOutcome(row: unknown, name: string): Outcome {
  const parsed = storedOutcomeSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw unreadableRowFault(name, fieldsOf(parsed.error));
}

/** Which fields are broken; never what stands in them. */
function fieldsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, code }) => `${code} /${path.join('/')}`).join(', ');
}

/**
 * Reads the rows of a page up to the first that nobody can read: what stands before it is good, and the next page begins
 * with it. So no list and no sum goes on behind a row as if it were not there.
 *
 * @returns what was read, and how many rows that took
 * @throws Fault `unreadable_row` where the first row is one
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
