import type { Outcome } from '../../../core/model.ts';
import { readOutcome } from '../../../core/record/stored-outcome.ts';
import { fieldsOfItem, outcomeSk, transactionPk } from '../../../protocol/table/outcome-layout.ts';

/**
 * Initiators write outcomes by their own transactions: what an item says of itself is believed only where its key
 * says the same, since the key is what their permissions are bound to.
 *
 * @throws Fault `unreadable_row`, SyntaxError or TypeError where the item is no outcome
 */
export function outcomeFromItem(item: Readonly<Record<string, unknown>>): Outcome {
  const outcome = readOutcome(fieldsOfItem(item), `${item.pk} ${item.sk}`);
  if (item.pk !== transactionPk(outcome) || item.sk !== outcomeSk(outcome.version)) {
    throw new TypeError('The item stands under the key of another outcome.');
  }
  return outcome;
}
