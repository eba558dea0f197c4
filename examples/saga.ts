/**
 * Saga, orchestrated: a sequence of local transactions, each with a compensation, and a log of the progress.
 *
 * Guarantees   Every saga that was started ends: either all its steps are done, or all done steps are undone. The pivot,
 *              the step after which there is no way back, decides which. After a crash, the saga continues from the log.
 * Does not     Isolate. Between two steps, everybody sees money that has left Alice and reached nobody, and may act on
 *              it. Undoing is a new entry, not a rewind: every step before the pivot must be undoable.
 * Choose it    For business that takes seconds to days across services with their own databases, if one place may
 *              know the whole sequence. It is the most common choice for orders, bookings and pay-outs.
 * Comes from   Garcia-Molina and Salem, "Sagas", SIGMOD 1987; pivot and retriable steps as in Richardson,
 *              "Microservices Patterns", chapter 4.
 */
import type { Moved } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

await play(['orders', 'stock', 'bank', 'shop', 'Tidings'], async (stage) => {
  const shelf = stage.ledger('stock', { shelf: 5, reserved: 0, sold: 0 });
  const alice = stage.ledger('bank', { alice: 10_000 });
  const shop = stage.ledger('shop', { shop: 0 });

  // Each step is one local transaction in its own database. It may be repeated.
  const stock = stage.client('orders', 'stock', {
    reserve: ({ id }: Order) => shelf.move(id, 'reserve', { shelf: -1, reserved: +1 }),
    release: ({ id }: Order) => shelf.move(id, 'release', { shelf: +1, reserved: -1 }),
    ship: ({ id }: Order) => (isClosed() ? 'closed' : shelf.move(id, 'ship', { reserved: -1, sold: +1 })),
  });
  const bank = stage.client('orders', 'bank', {
    debit: ({ id, amount }: Order) => alice.move(id, 'debit', { alice: -amount }),
    refund: ({ id, amount }: Order) => alice.move(id, 'refund', { alice: +amount }),
  });
  const till = stage.client('orders', 'shop', {
    credit: ({ id, amount }: Order) => shop.move(id, 'credit', { shop: +amount }),
  });
  let closedFor = 1;
  const isClosed = () => closedFor-- > 0;

  const steps: readonly Step[] = [
    { do: stock.reserve, undo: stock.release },
    { do: bank.debit, undo: bank.refund },
    { do: till.credit }, // the pivot: nobody can undo this, so from here on the saga only goes forward
    { do: stock.ship },
  ];
  const log = stage.open(
    'orders',
    'CREATE TABLE IF NOT EXISTS sagas (id TEXT PRIMARY KEY, way TEXT, step INTEGER)',
  );
  const orders = stage.client('orders', 'orders', {
    begin: ({ id }: Order) => void log.write("INSERT INTO sagas VALUES (?, 'forward', 0)", id),
    step: ({ id }: Order, way: Way, step: number) =>
      void log.write('UPDATE sagas SET way = ?, step = ? WHERE id = ?', way, step, id),
  });
  const tidings = stage.tidings('orders');

  /** Continues from the state in the log. */
  async function run(order: Order): Promise<void> {
    const found = () =>
      log.read<{ way: Way; step: number }>('SELECT way, step FROM sagas WHERE id = ?', order.id);
    if (found() === undefined) orders.begin(order);
    let { way, step } = found() ?? { way: 'forward', step: 0 };
    while (way === 'forward' && step < steps.length) {
      const { do: act, undo } = steps[step] as Step;
      const answer = act(order);
      // Forward recovery: a step after the pivot is repeated until it is done.
      if (answer === 'done' || answer === 'already') step += 1;
      else if (undo !== undefined) way = 'backward';
      else continue;
      orders.step(order, way, step);
    }
    while (way === 'backward' && step > 0) {
      steps[step - 1]?.undo?.(order);
      step -= 1;
      orders.step(order, way, step);
    }
    if (way === 'announced') return;
    await tidings.record(order, way === 'forward' ? 'SUCCEEDED' : 'FAILED');
    orders.step(order, 'announced', step);
  }

  await run(stage.order('pay_1', 3_000)); // ends forward, although the warehouse is closed at first
  await run(stage.order('pay_2', 8_000)); // ends backward: Alice has too little money
});

type Way = 'forward' | 'backward' | 'announced';

interface Step {
  readonly do: (order: Order) => Moved | 'closed';
  readonly undo?: (order: Order) => Moved;
}
