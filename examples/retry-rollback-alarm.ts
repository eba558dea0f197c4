/**
 * Retry, roll back, raise the alarm: try forward a few times, then backward a few times, then call a person.
 *
 * Guarantees   Nothing is forgotten. Each transaction ends forward, backward, or in a list that people work through.
 *              Until then it is announced only as PENDING.
 * Does not     End by itself in the third case, or isolate. It depends on people: an alarm that nobody answers is money
 *              in nobody's account.
 * Choose it    At the border to systems that you do not own and cannot change (a bank file, a partner's API). Also as the
 *              last resort of every other pattern here: each has a failure that only a person can end.
 * Comes from   Practice. Helland and Campbell describe it as "memories, guesses, and apologies" in "Building on
 *              Quicksand", CIDR 2009.
 */
import type { Moved } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

type State = 'forward' | 'credited' | 'backward' | 'refunded' | 'alarm' | 'repaired' | 'announced';

const MAX_TRIES = 3;

await play(['orders', 'bank', 'shop', 'operator', 'Tidings'], async (stage) => {
  const alice = stage.ledger('bank', { alice: 10_000 });
  const till = stage.ledger('shop', { shop: 0 });
  const [flaky, dead, worst] = [
    stage.order('pay_1', 3_000),
    stage.order('pay_2', 2_000),
    stage.order('pay_3', 1_000),
  ];

  let failuresLeft = 2;
  const bank = stage.client('orders', 'bank', {
    debit: ({ id, amount }: Order) => alice.move(id, 'debit', { alice: -amount }),
    refund: ({ id, amount }: Order) =>
      id === worst.id ? 'frozen' : alice.move(id, 'refund', { alice: +amount }),
  });
  const shop = stage.client('orders', 'shop', {
    credit: ({ id, amount }: Order) =>
      id !== flaky.id || failuresLeft-- > 0 ? 'unavailable' : till.move(id, 'credit', { shop: +amount }),
  });
  const store = stage.open('orders', 'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, state TEXT)');
  const enter = ({ id }: Order, state: State) =>
    void store.write('INSERT OR REPLACE INTO orders VALUES (?, ?)', id, state);
  const orders = stage.client('orders', 'orders', { enter });
  const stateOf = ({ id }: Order) =>
    store.read<{ state: State }>('SELECT state FROM orders WHERE id = ?', id)?.state;
  const tidings = stage.tidings('orders');

  /** @returns whether an attempt succeeded. In production, pauses between attempts grow */
  function isDone(act: () => Moved | 'unavailable' | 'frozen'): boolean {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const answer = act();
      if (answer === 'done' || answer === 'already') return true;
    }
    return false;
  }

  /** Advances one order by one state. @returns whether it can continue without a person */
  async function advance(order: Order): Promise<boolean> {
    switch (stateOf(order)) {
      case undefined:
        orders.enter(order, 'forward');
        return true;
      case 'forward':
        bank.debit(order);
        orders.enter(order, isDone(() => shop.credit(order)) ? 'credited' : 'backward');
        return true;
      case 'backward':
        orders.enter(order, isDone(() => bank.refund(order)) ? 'refunded' : 'alarm');
        return true;
      case 'alarm':
        // Announced as PENDING: it has not ended. "FAILED" would be wrong while Alice's money is missing.
        await tidings.prepare(order);
        stage.note('orders', `ALARM: ${MAX_TRIES} refunds failed, a person must look`);
        return false;
      case 'credited':
        await tidings.record(order, 'SUCCEEDED');
        orders.enter(order, 'announced');
        return true;
      case 'refunded':
      case 'repaired':
        await tidings.record(order, 'FAILED');
        orders.enter(order, 'announced');
        return true;
      case 'announced':
        return false;
    }
  }
  const advanceAll = async () => {
    for (const order of [flaky, dead, worst]) while (await advance(order));
  };

  await advanceAll();
  // A person works through the list. The repair carries the transaction's id like any other step, so it happens once and
  // the ledger shows it. The order's state changes only afterwards.
  const desk = stage.client('operator', 'bank', {
    repair: ({ id, amount }: Order) => alice.move(id, 'repair by hand', { alice: +amount }),
  });
  const list = stage.client('operator', 'orders', {
    resolve: (order: Order) => enter(order, 'repaired'),
  });
  for (const order of [flaky, dead, worst].filter((one) => stateOf(one) === 'alarm')) {
    desk.repair(order);
    list.resolve(order);
  }
  await advanceAll();
});
