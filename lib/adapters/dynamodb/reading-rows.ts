import type { Reporter } from '../../core/environment.ts';
import { Fault, unreadableRowFault } from '../../core/faults.ts';

/** An item as the document client hands it out. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Makes of an item what it holds.
 *
 * @param kind of the row, for people: "an outcome"
 * @throws Fault `unreadable_row`, after operators were told, where `read` throws whatever it may be
 */
export function readItem<T>(
  { reporter }: { readonly reporter: Reporter },
  item: Item,
  { kind, read }: { readonly kind: string; readonly read: (item: Item) => T },
): T {
  const row = `${item.pk} ${item.sk}`;
  try {
    return read(item);
  } catch (error) {
    const fault = error instanceof Fault ? error : unreadableRowFault(row, error);
    reporter.report({ event: 'unreadable_row', kind, row, reason: fault.message });
    throw fault;
  }
}

/**
 * Numbers of the table as JavaScript holds them. One that it does not hold exactly stays text: its row is unreadable, and not
 * every row that was read with it.
 */
export function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}
