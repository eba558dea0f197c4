import { sha256 } from '../../core/crypto.ts';
import type { TransactionKey } from '../../core/model.ts';
import type { NotificationKey } from '../../core/notification.ts';

/** Names under which the memory adapters keep things, and how they spread them. */

const PARTITIONS = 16;

export const transactionName = ({ merchantId, transactionId }: TransactionKey) =>
  `${merchantId}#${transactionId}`;
export const outcomeName = (key: TransactionKey & { readonly version: number }) =>
  `${transactionName(key)}#${key.version}`;
export const notificationName = (key: NotificationKey) => `${outcomeName(key)}#${key.endpointId}`;

export function partitionOf(text: string): number {
  return (sha256(text)[0] ?? 0) % PARTITIONS;
}

/** A page of what is sorted, with the cursor of the next. */
export function pageOf<T>(
  items: readonly T[],
  options: { readonly limit: number; readonly cursor?: string },
): { readonly page: readonly T[]; readonly cursor?: string } {
  const from = Number(options.cursor ?? 0);
  const page = items.slice(from, from + options.limit);
  const next = from + page.length;
  return { page, ...(next < items.length && { cursor: String(next) }) };
}
