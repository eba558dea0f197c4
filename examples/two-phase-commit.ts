/**
 * Two-phase commit: everybody is asked whether they can; if all can, all must, and a coordinator's log says which it is.
 *
 * Guarantees   Atomicity and isolation: all commit or all abort, and nobody sees or touches what is in between,
 *              because it is locked from the vote until the decision comes.
 * Does not     Go on without the coordinator. Who has voted yes can neither commit nor abort by itself: if the
 *              coordinator is away, the locks stay, and everybody else who wants Alice's account waits or is refused.
 * Choose it    For few participants of one owner and one network, that are locked for milliseconds: two databases
 *              with XA under one transaction manager. Never across companies, or over anything a person must confirm.
 * Comes from   Gray, "Notes on Data Base Operating Systems", 1978; "no record means aborted" (presumed abort) is of
 *              Mohan, Lindsay and Obermarck, R*, 1986. XA: X/Open, 1991.
 */
import type { Changes, Ledger } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** A database that takes part: what it has promised stands in its own file, and so does the lock. */
function participant(ledger: Ledger, changesOf: (order: Order) => Changes) {
  const { store } = ledger;
  store.exec(`
    CREATE TABLE IF NOT EXISTS locks (owner TEXT PRIMARY KEY, id TEXT);
    CREATE TABLE IF NOT EXISTS finished (id TEXT PRIMARY KEY)`);
  const isFinished = (id: string) => store.read('SELECT 1 FROM finished WHERE id = ?', id) !== undefined;
  const finish = (id: string) => {
    store.write('DELETE FROM locks WHERE id = ?', id);
    store.write('INSERT OR IGNORE INTO finished VALUES (?)', id);
  };
  return {
    /** Yes is a promise: from now on this participant can do both, and may do neither until it is told. */
    prepare: (order: Order): string =>
      store.transaction(() => {
        if (isFinished(order.id)) return 'no';
        for (const [owner, amount] of Object.entries(changesOf(order))) {
          const account = store.read<{ balance: number }>(
            'SELECT balance FROM accounts WHERE owner = ?',
            owner,
          );
          if ((account?.balance ?? 0) + amount < 0) return 'no';
          const lock = store.read<{ id: string }>('SELECT id FROM locks WHERE owner = ?', owner);
          if (lock !== undefined && lock.id !== order.id) return `no, ${lock.id} has it`;
          store.write('INSERT OR IGNORE INTO locks VALUES (?, ?)', owner, order.id);
        }
        return 'yes';
      }),
    commit: (order: Order): string =>
      store.transaction(() => {
        if (isFinished(order.id)) return 'already';
        const moved = ledger.post(order.id, 'commit', changesOf(order));
        finish(order.id);
        return moved;
      }),
    abort: ({ id }: Order): string =>
      store.transaction(() => {
        if (isFinished(id)) return 'already';
        finish(id);
        return 'done';
      }),
  };
}

await play(['coordinator', 'bank', 'shop', 'Tidings'], async (stage) => {
  const alice = stage.ledger('bank', { alice: 10_000 });
  const till = stage.ledger('shop', { shop: 0 });
  const participants = [
    stage.client(
      'coordinator',
      'bank',
      participant(alice, ({ amount }) => ({ alice: -amount })),
    ),
    stage.client(
      'coordinator',
      'shop',
      participant(till, ({ amount }) => ({ shop: +amount })),
    ),
  ];
  const store = stage.open('coordinator', 'CREATE TABLE IF NOT EXISTS log (id TEXT PRIMARY KEY, state TEXT)');
  const log = stage.client('coordinator', 'coordinator', {
    write: ({ id }: Order, state: State) =>
      void store.write('INSERT OR REPLACE INTO log VALUES (?, ?)', id, state),
  });
  const stateOf = ({ id }: Order) =>
    store.read<{ state: State }>('SELECT state FROM log WHERE id = ?', id)?.state;
  const tidings = stage.tidings('coordinator');

  /** The first phase: the votes. Who finds "voting" in the log has died before the decision: then it is abort. */
  function vote(order: Order): void {
    if (stateOf(order) !== undefined) return;
    log.write(order, 'voting');
    const isUnanimous = participants.every((one) => one.prepare(order) === 'yes');
    if (isUnanimous) promised.add(order.id);
  }
  const promised = new Set<string>();

  /** The second phase. The decision is made by one write to the log; whatever dies after it, it is carried out. */
  async function decide(order: Order): Promise<void> {
    if (stateOf(order) === 'voting') log.write(order, promised.has(order.id) ? 'commit' : 'abort');
    const decision = stateOf(order);
    if (decision === 'told' || decision === undefined) return;
    for (const one of participants) {
      if (decision === 'commit') one.commit(order);
      else one.abort(order);
    }
    // Announced only now, though it was decided before: who is told that Alice has paid may look at her account.
    await tidings.record(order, decision === 'commit' ? 'SUCCEEDED' : 'FAILED');
    log.write(order, 'told');
  }

  const blocking = stage.order('pay_1', 3_000);
  const blocked = stage.order('pay_2', 1_000);
  vote(blocking);
  stage.note('coordinator', 'is away: both have voted, and hold their locks');
  vote(blocked); // Alice has enough, but her account is locked by a transaction that cannot end
  await decide(blocked);
  stage.note('coordinator', 'is back');
  await decide(blocking);
});

type State = 'voting' | 'commit' | 'abort' | 'told';
