import { unreadableRowFault } from '../../../core/faults.ts';
import type { Outcome } from '../../../core/model.ts';
import { readOutcome } from '../../../core/record/stored-outcome.ts';
import { fieldsOfItem, outcomeSk, transactionPk } from '../../../protocol/table/outcome-layout.ts';

/**
 * Parses an outcome. Initiators write outcomes in their own transactions, and their permissions are bound to the key. So
 * the item's contents are trusted only if they match its key.
 *
 * @throws Fault `unreadable_row` or TypeError if the item is not an outcome
 */
export function outcomeFromItem(item: Readonly<Record<string, unknown>>): Outcome {
  const name = `${item.pk} ${item.sk}`;
  const outcome = readOutcome(readFields(item, name), name);
  if (item.pk !== transactionPk(outcome) || item.sk !== outcomeSk(outcome.version)) {
    throw new TypeError("The item's key does not match its contents.");
  }
  return outcome;
}

/** Replaces the parser's error: for malformed JSON it quotes a part of the text, which must not reach a log. */
function readFields(item: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  try {
    return fieldsOfItem(item);
  } catch {
    throw unreadableRowFault(name, 'malformed_json /metadata');
  }
}
