import { Fault, unreadableRowFault } from '../../core/faults.ts';
import type { Reporter } from '../../core/runtime/environment.ts';

/** An item as the document client returns it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Parses an item with `read`.
 *
 * @param kind the row's name in messages: "an outcome"
 * @throws Fault `unreadable_row` if `read` throws any error; the event is reported first
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
 * Converts a number of the table to a JavaScript number. One that JavaScript cannot represent exactly stays text. So only
 * its own row is unreadable, not every row that was read with it.
 */
export function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}
