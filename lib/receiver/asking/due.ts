import { matches, TRANSACTION_ID } from '../../protocol/id-forms.ts';
import { ReceiverFault } from '../faults.ts';
import type { Outcome } from '../outcome.ts';
import type { ApplyResult } from '../stores/receiver-store.ts';
import { type Client, nextOf, type Standing } from './service-client.ts';
import { noCounts, type Taking } from './taking.ts';

/** An order that has waited too long: the transaction that was begun for it, or its own number. */
export type Order = { readonly transactionId: string } | { readonly reference: string };

/** What the service says of an order's transactions; what has ended is applied. */
export interface DueAnswer {
  /** The moment as of which it holds; by reference some 30 s ago. */
  readonly asOf: string;
  /** Empty: as of then there was none. That is no refusal: it may begin yet. */
  readonly transactions: readonly DueTransaction[];
}

export type DueTransaction =
  | { readonly kind: 'pending'; readonly transactionId: string }
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly result: ApplyResult['kind'] };

/** Pages of an order: whoever has more transactions than fit is not an order. */
const MAX_PAGES = 20;

export async function askDue(
  { client, taking }: { readonly client: Client; readonly taking: Taking },
  order: Order,
): Promise<DueAnswer> {
  if ('transactionId' in order) {
    // Nothing else names a transaction; and in a path it could name something else.
    if (!matches(TRANSACTION_ID, order.transactionId)) {
      throw new ReceiverFault('invalid_id', `There can be no transaction ${order.transactionId}.`);
    }
    const standing = await client.transaction(order.transactionId);
    return { asOf: standing.asOf, transactions: await takeAll(taking, [standing]) };
  }
  const transactions: DueTransaction[] = [];
  let [asOf, cursor] = [undefined, undefined] as (string | undefined)[];
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await client.byReference(order.reference, cursor);
    transactions.push(...(await takeAll(taking, page.items)));
    // Of several pages the first is the oldest: what holds as of then holds for all.
    asOf ??= page.asOf;
    cursor = nextOf(page, cursor);
    if (cursor === undefined) return { asOf, transactions };
  }
  throw new ReceiverFault(
    'answer_too_large',
    `${order.reference} has more than ${MAX_PAGES} pages of transactions.`,
  );
}

async function takeAll(taking: Taking, standings: readonly Standing[]): Promise<readonly DueTransaction[]> {
  const taken: DueTransaction[] = [];
  for (const standing of standings) {
    if (standing.kind === 'pending') taken.push({ kind: 'pending', transactionId: standing.transactionId });
    if (standing.kind !== 'ended') continue;
    const { kind } = await taking.standing(standing, noCounts());
    taken.push({ kind: 'ended', outcome: standing.outcome, result: kind });
  }
  return taken;
}
