/**
 * Weak consistency with compensation by state: act without a protocol and store the current state; a scan repairs what
 * got stuck.
 *
 * Guarantees   Every order reaches an end after some scans. The scan does not trust the intention in the order's row. It
 *              asks the other side what is true, then finishes, undoes, or closes the order for good.
 * Does not     Isolate. It is often wrong for a while: money is taken and nothing delivered until the next scan. All
 *              intermediate states must be known, and each needs a rule. A forgotten state stays stuck for ever.
 * Choose it    Where throughput matters most and being wrong for a minute is fine: flash sales, coupons, points. The
 *              normal path costs only one write more than no safety at all.
 * Comes from   Practice: "BASE" (Pritchett, ACM Queue 2008); query, close and refund are the three requests that
 *              every payment platform offers for this (Alipay's trade.query, trade.close, trade.refund).
 */
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

type State = 'paying' | 'refunding' | 'done' | 'closed' | 'announced';

await play(['orders', 'bank', 'stock', 'Tidings'], async (stage) => {
  const accounts = stage.ledger('bank', { alice: 10_000, shop: 0 });
  const shelf = stage.ledger('stock', { shelf: 1, sold: 0 });
  accounts.store.exec('CREATE TABLE IF NOT EXISTS closed (id TEXT PRIMARY KEY)');
  const isClosed = ({ id }: Order) =>
    accounts.store.read('SELECT 1 FROM closed WHERE id = ?', id) !== undefined;
  const isPaid = ({ id }: Order) =>
    accounts.store.read('SELECT 1 FROM entries WHERE id = ?', id) !== undefined;

  const bank = stage.client('orders', 'bank', {
    pay: (order: Order): string =>
      accounts.store.transaction(() => {
        if (isClosed(order)) return 'closed';
        return accounts.post(order.id, 'pay', { alice: -order.amount, shop: +order.amount });
      }),
    /** Closes the order unless it is paid. A late request then finds it closed and changes nothing. */
    close: (order: Order): string =>
      accounts.store.transaction(() => {
        if (isPaid(order)) return 'paid';
        accounts.store.write('INSERT OR IGNORE INTO closed VALUES (?)', order.id);
        return 'closed';
      }),
    refund: ({ id, amount }: Order) => accounts.move(id, 'refund', { alice: +amount, shop: -amount }),
  });
  const stock = stage.client('orders', 'stock', {
    take: ({ id }: Order) => shelf.move(id, 'take', { shelf: -1, sold: +1 }),
  });

  const store = stage.open('orders', 'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, state TEXT)');
  const orders = stage.client('orders', 'orders', {
    enter: ({ id }: Order, state: State) =>
      void store.write('INSERT OR REPLACE INTO orders VALUES (?, ?)', id, state),
  });
  const stateOf = ({ id }: Order) =>
    store.read<{ state: State }>('SELECT state FROM orders WHERE id = ?', id)?.state;
  const tidings = stage.tidings('orders');

  /** Moves one order to its next state. Any number of machines may call this, at any time and repeatedly. */
  async function scan(order: Order): Promise<void> {
    switch (stateOf(order)) {
      case 'paying':
        if (bank.close(order) === 'closed') orders.enter(order, 'closed');
        else orders.enter(order, stock.take(order) === 'refused' ? 'refunding' : 'done');
        return;
      case 'refunding':
        bank.refund(order);
        orders.enter(order, 'closed');
        return;
      case 'done':
        await tidings.record(order, 'SUCCEEDED');
        orders.enter(order, 'announced');
        return;
      case 'closed':
        await tidings.record(order, 'CLOSED');
        orders.enter(order, 'announced');
        return;
      case 'announced':
      case undefined:
    }
  }

  // The normal path. Every call here times out, so its result is unknown.
  const timesOut = stage.order('pay_1', 3_000);
  const isLate = stage.order('pay_2', 2_000);
  const isSoldOut = stage.order('pay_3', 1_000);
  for (const order of [timesOut, isLate, isSoldOut]) {
    if (stateOf(order) !== undefined) continue;
    orders.enter(order, 'paying');
    if (order !== isLate) bank.pay(order);
    stage.note('orders', `no answer ${order === isLate ? '(the request is late)' : 'from the bank'}`);
  }
  const all = [timesOut, isLate, isSoldOut];
  while (all.some((order) => stateOf(order) !== 'announced')) for (const order of all) await scan(order);
  bank.pay(isLate); // the late request arrives at last
});
