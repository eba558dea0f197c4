/**
 * Local message table: the message is written in the same transaction as the change that it reports.
 *
 * Guarantees   The money moves if and only if the outcome will be delivered. There is no gap between the two, so nothing has
 *              to be queried, undone or repeated to close it. Here, the message is the outcome's own item in Tidings'
 *              table, and the table's stream replaces the poller.
 * Does not     Span databases: the transaction and its message must be in the same one (for `commitWithOutcome`:
 *              DynamoDB, in the service's account and region). What receivers do with the message is up to them.
 * Choose it    Whenever one database decides. It is the cheapest pattern that is never wrong, and works in any database.
 *              With SQL, use your own table and poller (the outbox), which calls Tidings as the other lessons do.
 * Comes from   Pritchett, "BASE: An Acid Alternative", ACM Queue 2008 (本地消息表); "transactional outbox" since
 *              Richardson, "Microservices Patterns", 2018.
 */
import { commitWithOutcome, newCommitId } from '../lib/initiator/dynamodb.ts';
import { play } from './shared/stage.ts';
import { openItems } from './shared/table-items.ts';
import type { Order } from './shared/tidings-calls.ts';

await play(['bank', 'DynamoDB', 'Tidings'], async (stage) => {
  const accounts = await openItems(stage, { alice: 10_000, shop: 0 });
  const { merchant, table } = stage.service;

  const dynamodb = stage.client('bank', 'DynamoDB', {
    /** Stored before the call. A repetition with the same `commitId` has an effect only once. */
    keep: ({ id }: Order, { commitId }: Named) => accounts.keep(id, commitId),

    /** One transaction: Alice's account, the shop's account and the outcome. */
    pay: ({ id, amount, currency, occurredAt }: Order, { commitId }: Named) =>
      commitWithOutcome(accounts.client, {
        ...table,
        commitId,
        transactItems: accounts.changes(id, { alice: -amount, shop: +amount }),
        outcome: {
          merchantId: merchant,
          transactionId: id,
          transactionType: 'payment',
          status: 'SUCCEEDED',
          amount,
          currency,
          occurredAt,
        },
      }),
  });
  const tidings = stage.tidings('bank');

  for (const order of [stage.order('pay_1', 3_000), stage.order('pay_2', 8_000)]) {
    const kept = await accounts.kept(order.id);
    const commitId = kept ?? newCommitId();
    if (kept === undefined) await dynamodb.keep(order, { commitId });
    const result = await dynamodb.pay(order, { commitId });
    // Nothing was written. So the failure is recorded by a call, which may be repeated.
    if (result.kind === 'cancelled') await tidings.record(order, 'FAILED');
    // The order was refused in an earlier start: Alice's money came too late.
    if (result.kind === 'outcome_conflict') stage.note('bank', `it ended as ${result.current.status}`);
  }
});

interface Named {
  readonly commitId: string;
}
