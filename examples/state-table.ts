/**
 * State table: the caller writes down its intention before it calls, and repeats the call until it gets an answer. The
 * other side does the work once.
 *
 * Guarantees   The other side does what was written down exactly once, and the caller learns the result. This holds if
 *              request, answer or process is lost: the caller repeats, and the receiver recognizes the repetition.
 * Does not     Undo anything, or say when. It covers one call to one other side. For a sequence of calls, use a saga.
 * Choose it    For a call to one service that can remember the ids it has seen. It is the simplest pattern, and enough in
 *              most cases: no message broker, no coordinator, one table with an index on unfinished rows.
 * Comes from   Hohpe and Woolf, "Enterprise Integration Patterns", 2003 (Idempotent Receiver); Helland, "Life beyond
 *              Distributed Transactions", 2007 (remember what you have done for whom).
 */
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** Maximum rounds over all rows. After that, a person should look. */
const MAX_LOOKS = 100;

await play(['orders', 'bank', 'Tidings'], async (stage) => {
  const accounts = stage.ledger('bank', { alice: 10_000, shop: 0 });
  accounts.store.exec('CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, answer TEXT)');

  // The idempotent receiver stores its answer in the same transaction as the effect. "Refused" is an answer too: Alice
  // may have more money tomorrow, but the repeated request must get the same answer as the first one.
  let answersToDrop = 1;
  const bank = stage.client('orders', 'bank', {
    pay({ id, amount }: Order): string {
      const answer = accounts.store.transaction(() => {
        const known = accounts.store.read<{ answer: string }>('SELECT answer FROM answers WHERE id = ?', id);
        if (known !== undefined) return `${known.answer}, already`;
        const moved = accounts.post(id, 'pay', { alice: -amount, shop: +amount });
        const fresh = moved === 'refused' ? 'refused' : 'paid';
        accounts.store.write('INSERT INTO answers VALUES (?, ?)', id, fresh);
        return fresh;
      });
      if (answersToDrop-- > 0) throw new Error('the answer is lost');
      return answer;
    },
  });

  const store = stage.open('orders', 'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, state TEXT)');
  const orders = stage.client('orders', 'orders', {
    enter: ({ id }: Order, state: State) =>
      void store.write('INSERT OR REPLACE INTO orders VALUES (?, ?)', id, state),
  });
  const stateOf = ({ id }: Order) =>
    store.read<{ state: State }>('SELECT state FROM orders WHERE id = ?', id)?.state;
  const tidings = stage.tidings('orders');

  /** Does the next step for one row. A timer calls it for every row that has not ended. */
  async function advance(order: Order): Promise<void> {
    switch (stateOf(order)) {
      case undefined:
        orders.enter(order, 'requested');
        return;
      case 'requested':
        orders.enter(order, bank.pay(order).startsWith('paid') ? 'paid' : 'refused');
        return;
      case 'paid':
        await tidings.record(order, 'SUCCEEDED');
        orders.enter(order, 'announced');
        return;
      case 'refused':
        await tidings.record(order, 'FAILED');
        orders.enter(order, 'announced');
        return;
      case 'announced':
    }
  }

  const rows = [stage.order('pay_1', 3_000), stage.order('pay_2', 8_000)];
  for (let looks = 0; rows.some((order) => stateOf(order) !== 'announced'); looks += 1) {
    if (looks > MAX_LOOKS) throw new Error('Some rows do not end.');
    for (const order of rows) {
      // A failed step changes nothing: the row keeps its state, and the next round finds it.
      await advance(order).catch((error: Error) => stage.note('orders', `${error.message}: try again`));
    }
  }
});

type State = 'requested' | 'paid' | 'refused' | 'announced';
