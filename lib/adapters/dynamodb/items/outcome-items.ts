import { unreadableRowFault } from '../../../core/faults.ts';
import { feedOrder } from '../../../core/feed/order.ts';
import type { Outcome } from '../../../core/model.ts';
import { readOutcome } from '../../../core/record/stored-outcome.ts';
import { feedPk, outcomeSk, referencePk, transactionPk, ttlAfter } from './item-keys.ts';

/** Outcomes as items. Metadata is kept as JSON text: what the initiator sent comes back unchanged. */

export function outcomeItem(
  outcome: Outcome,
  options: { readonly feedShard: number; readonly retentionDays: number },
): Record<string, unknown> {
  const { metadata, ...rest } = outcome;
  return {
    pk: transactionPk(outcome),
    sk: outcomeSk(outcome.version),
    ...rest,
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    ...(outcome.listedAt !== undefined && {
      feedPk: feedPk(outcome.merchantId, options.feedShard),
      feedSk: feedOrder({ ...outcome, listedAt: outcome.listedAt }),
      // PENDING has no expiry until its end is known: it may still be waited for.
      ttl: ttlAfter(Date.parse(outcome.recordedAt), options.retentionDays),
    }),
    // The end of a PENDING repeats its reference, so the first version alone is enough in the index.
    ...(outcome.reference !== undefined &&
      outcome.version === 1 && {
        referencePk: referencePk(outcome.merchantId, outcome.reference),
        referenceSk: outcome.transactionId,
      }),
  };
}

/**
 * Initiators write outcomes by their own transactions: what an item says of itself is believed only where its key
 * says the same, since the key is what their permissions are bound to.
 *
 * @throws Fault `unreadable_row` or TypeError where the item is no outcome
 */
export function outcomeFromItem(item: Readonly<Record<string, unknown>>): Outcome {
  const name = `${item.pk} ${item.sk}`;
  const { metadata, ...rest } = item;
  const row = { ...rest, ...(typeof metadata === 'string' && { metadata: metadataOf(metadata, name) }) };
  const outcome = readOutcome(row, name);
  if (item.pk !== transactionPk(outcome) || item.sk !== outcomeSk(outcome.version)) {
    throw new TypeError('The item stands under the key of another outcome.');
  }
  return outcome;
}

/** What a parser says of JSON that is none repeats a part of it, which belongs into no log. */
function metadataOf(text: string, row: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadableRowFault(row, 'malformed_json /metadata');
  }
}
