/**
 * TCC, try – confirm – cancel: each service first reserves what it needs; then all use it, or all give it back.
 *
 * Guarantees   All confirm or all cancel. Meanwhile nobody else can take what is reserved: there is no lock, but frozen
 *              money. Confirm and cancel are repeated until they are done, so each must be idempotent. A cancel may
 *              arrive without a try (empty cancel), and a try after its cancel (hanging).
 * Does not     Allow a confirm to fail: try must have checked everything. The books show that something is frozen.
 * Choose it    Where money or seats are scarce, a saga would show too much, and you write every service yourself. Each
 *              service needs three operations; a saga needs two.
 * Comes from   Helland, "Life beyond Distributed Transactions", CIDR 2007 (tentative operations, confirm, cancel);
 *              the documents of Alipay's and Seata's TCC name the three traps.
 */
import type { Changes, Ledger, Moved } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

type Phase = 'try' | 'confirm' | 'cancel';

/** A service with the three operations. It stores the last phase in the same transaction as its effect. */
function participant(ledger: Ledger, changesOf: (order: Order, phase: Phase) => Changes) {
  const { store } = ledger;
  store.exec('CREATE TABLE IF NOT EXISTS phases (id TEXT PRIMARY KEY, phase TEXT)');
  const phaseOf = ({ id }: Order) =>
    store.read<{ phase: Phase }>('SELECT phase FROM phases WHERE id = ?', id)?.phase;
  const enter = (order: Order, phase: Phase): Moved => {
    const moved = ledger.post(order.id, phase, changesOf(order, phase));
    if (moved !== 'refused') store.write('INSERT OR REPLACE INTO phases VALUES (?, ?)', order.id, phase);
    return moved;
  };
  return {
    try: (order: Order): string =>
      store.transaction(() => {
        const phase = phaseOf(order);
        // Hanging: the cancel overtook this try. Nobody would ever give back what it froze.
        if (phase === 'cancel') return 'refused: cancelled';
        return phase === undefined ? enter(order, 'try') : 'already';
      }),
    confirm: (order: Order): string =>
      store.transaction(() => (phaseOf(order) === 'confirm' ? 'already' : enter(order, 'confirm'))),
    cancel: (order: Order): string =>
      store.transaction(() => {
        const phase = phaseOf(order);
        if (phase === 'cancel') return 'already';
        if (phase === 'try') return enter(order, 'cancel');
        // Empty cancel: no try has arrived, or not yet. There is nothing to give back, but the cancel must be remembered.
        store.write("INSERT INTO phases VALUES (?, 'cancel')", order.id);
        return 'done, empty';
      }),
  };
}

await play(['orders', 'bank', 'shop', 'Tidings'], async (stage) => {
  const alice = stage.ledger('bank', { alice: 10_000, frozen: 0 });
  const till = stage.ledger('shop', { shop: 0 });
  const bankChanges = ({ amount }: Order, phase: Phase): Changes => {
    if (phase === 'try') return { alice: -amount, frozen: +amount };
    return phase === 'confirm' ? { frozen: -amount } : { alice: +amount, frozen: -amount };
  };
  const bank = stage.client('orders', 'bank', participant(alice, bankChanges));
  const shop = stage.client(
    'orders',
    'shop',
    participant(till, ({ amount }, phase): Changes => (phase === 'confirm' ? { shop: +amount } : {})),
  );
  const both = [bank, shop];
  const store = stage.open('orders', 'CREATE TABLE IF NOT EXISTS log (id TEXT PRIMARY KEY, state TEXT)');
  const log = stage.client('orders', 'orders', {
    write: ({ id }: Order, state: State) =>
      void store.write('INSERT OR REPLACE INTO log VALUES (?, ?)', id, state),
  });
  const stateOf = ({ id }: Order) =>
    store.read<{ state: State }>('SELECT state FROM log WHERE id = ?', id)?.state;
  const tidings = stage.tidings('orders');

  /** @param isTried tries both, and returns whether both have reserved what is needed */
  async function run(order: Order, isTried: () => boolean): Promise<void> {
    if (stateOf(order) === undefined) {
      log.write(order, 'trying');
      log.write(order, isTried() ? 'confirm' : 'cancel');
    }
    // A start that finds "trying" died during the tries. It does not know which of them arrived, so it cancels.
    if (stateOf(order) === 'trying') log.write(order, 'cancel');
    const decision = stateOf(order);
    if (decision === 'announced') return;
    for (const one of both) {
      if (decision === 'confirm') one.confirm(order);
      else one.cancel(order);
    }
    await tidings.record(order, decision === 'confirm' ? 'SUCCEEDED' : 'FAILED');
    log.write(order, 'announced');
  }

  const whole = stage.order('pay_1', 3_000);
  await run(whole, () => both.every((one) => one.try(whole) === 'done'));

  const late = stage.order('pay_2', 2_000);
  await run(late, () => {
    bank.try(late);
    stage.note('shop', 'the try is on its way, and late');
    return false;
  });
  shop.try(late); // arrives after its cancel
});

type State = 'trying' | 'confirm' | 'cancel' | 'announced';
