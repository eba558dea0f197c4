import { unreadableRowFault } from '../../../core/faults.ts';
import type { Outcome } from '../../../core/model.ts';
import { readOutcome } from '../../../core/record/stored-outcome.ts';
import { fieldsOfItem, outcomeSk, transactionPk } from '../../../protocol/table/outcome-layout.ts';

/**
 * Initiators write outcomes by their own transactions: what an item says of itself is believed only where its key
 * says the same, since the key is what their permissions are bound to.
 *
 * @throws Fault `unreadable_row` or TypeError where the item is no outcome
 */
export function outcomeFromItem(item: Readonly<Record<string, unknown>>): Outcome {
  const name = `${item.pk} ${item.sk}`;
  const outcome = readOutcome(readFields(item, name), name);
  if (item.pk !== transactionPk(outcome) || item.sk !== outcomeSk(outcome.version)) {
    throw new TypeError('The item stands under the key of another outcome.');
  }
  return outcome;
}

/** What a parser says of JSON that is none repeats a part of it, which belongs into no log. */
function readFields(item: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  try {
    return fieldsOfItem(item);
  } catch {
    throw unreadableRowFault(name, 'malformed_json /metadata');
  }
}
