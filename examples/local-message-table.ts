/**
 * Local message table: what is to be told is written in the transaction that makes it true.
 *
 * Guarantees   The money moves if and only if the outcome will be told. There is no moment between the two, so
 *              nothing has to be asked, undone or repeated to close it. Here the message is the outcome's own item in
 *              Tidings' table, and the table's stream is the poller.
 * Does not     Reach over databases: the transaction and its message must be in one (for `commitWithOutcome`: DynamoDB, the
 *              service's account and region). What others do when they are told is theirs.
 * Choose it    Whenever one database decides. The cheapest that never lies, in any database: with SQL it is a table
 *              and a poller of your own (the outbox), which calls Tidings as the other lessons do.
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
    /** Kept before the call: whoever repeats it by this name, repeats it, and does it once. */
    keep: ({ id }: Order, { commitId }: Named) => accounts.keep(id, commitId),

    /** Alice's money, the shop's, and the outcome: one transaction. */
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
    // Nothing was written, and nobody knows of it yet; the other end is told by a call, which may be repeated.
    if (result.kind === 'cancelled') await tidings.record(order, 'FAILED');
    // What stands was refused before this start: Alice's money has come too late.
    if (result.kind === 'outcome_conflict') stage.note('bank', `it ended as ${result.current.status}`);
  }
});

interface Named {
  readonly commitId: string;
}
