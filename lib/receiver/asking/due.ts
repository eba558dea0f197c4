import { matches, TRANSACTION_ID } from '../../protocol/id-forms.ts';
import type { Outcome } from '../outcome.ts';
import { ReceiverFault } from '../receiver-fault.ts';
import type { ApplyResult } from '../stores/receiver-store.ts';
import { type Client, nextOf, type TransactionAnswer } from './service-client.ts';
import { noCounts, type Taking } from './taking.ts';

/** An order that has waited too long, named by its transaction or by its own order number. */
export type Order = { readonly transactionId: string } | { readonly reference: string };

/** The service's state of an order's transactions. Those that have ended were applied. */
export interface DueAnswer {
  /** The time at which this state held. For a query by reference, it lies about 30 s in the past. */
  readonly asOf: string;
  /** Empty if there was no transaction at `asOf`. This does not mean "refused": one may still begin. */
  readonly transactions: readonly DueTransaction[];
}

export type DueTransaction =
  | { readonly kind: 'pending'; readonly transactionId: string }
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly result: ApplyResult['kind'] };

/** Maximum number of pages for one order. A reference with more transactions cannot be a single order. */
const MAX_PAGES = 20;

export async function askDue(
  { client, taking }: { readonly client: Client; readonly taking: Taking },
  order: Order,
): Promise<DueAnswer> {
  if ('transactionId' in order) {
    // No other form can be an id. In a URL path, other characters could address a different resource.
    if (!matches(TRANSACTION_ID, order.transactionId)) {
      throw new ReceiverFault('invalid_id', `The transaction id ${order.transactionId} is not valid.`);
    }
    const answer = await client.transaction(order.transactionId);
    return { asOf: answer.asOf, transactions: await takeAll(taking, [answer]) };
  }
  const transactions: DueTransaction[] = [];
  let [asOf, cursor] = [undefined, undefined] as (string | undefined)[];
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await client.byReference(order.reference, cursor);
    transactions.push(...(await takeAll(taking, page.items)));
    // The first page is the oldest, so its `asOf` holds for all pages.
    asOf ??= page.asOf;
    cursor = nextOf(page, cursor);
    if (cursor === undefined) return { asOf, transactions };
  }
  throw new ReceiverFault(
    'answer_too_large',
    `${order.reference} has more than ${MAX_PAGES} pages of transactions.`,
  );
}

async function takeAll(
  taking: Taking,
  answers: readonly TransactionAnswer[],
): Promise<readonly DueTransaction[]> {
  const taken: DueTransaction[] = [];
  for (const answer of answers) {
    if (answer.kind === 'pending') taken.push({ kind: 'pending', transactionId: answer.transactionId });
    if (answer.kind !== 'ended') continue;
    const { kind } = await taking.takeAnswer(answer, noCounts());
    taken.push({ kind: 'ended', outcome: answer.outcome, result: kind });
  }
  return taken;
}
