/**
 * Two-phase commit: all are asked whether they can commit; if all can, all must. The coordinator's log decides.
 *
 * Guarantees   Atomicity and isolation: all commit or all abort. Nobody sees or touches intermediate states, because they
 *              are locked from the vote until the decision arrives.
 * Does not     Continue without the coordinator. A participant that voted yes can neither commit nor abort by itself. If
 *              the coordinator is away, the locks stay, and everybody else who needs Alice's account waits or is refused.
 * Choose it    For few participants with one owner in one network that are locked for milliseconds: two databases with XA
 *              under one transaction manager. Never across companies, or for anything that a person must confirm.
 * Comes from   Gray, "Notes on Data Base Operating Systems", 1978; "no record means aborted" (presumed abort) from
 *              Mohan, Lindsay and Obermarck, R*, 1986. XA: X/Open, 1991.
 */
import type { Changes, Ledger } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** A participating database. It stores its promises and locks in its own file. */
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
    /** Yes is a promise: from now on, this participant can do both, but may do neither until it gets the decision. */
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

  /** The first phase: the votes. If the log already says "voting", a start died before the decision: abort. */
  function vote(order: Order): void {
    if (stateOf(order) !== undefined) return;
    log.write(order, 'voting');
    const isUnanimous = participants.every((one) => one.prepare(order) === 'yes');
    if (isUnanimous) promised.add(order.id);
  }
  const promised = new Set<string>();

  /** The second phase. One write to the log makes the decision. After that, it is carried out even if processes die. */
  async function decide(order: Order): Promise<void> {
    if (stateOf(order) === 'voting') log.write(order, promised.has(order.id) ? 'commit' : 'abort');
    const decision = stateOf(order);
    if (decision === 'announced' || decision === undefined) return;
    for (const one of participants) {
      if (decision === 'commit') one.commit(order);
      else one.abort(order);
    }
    // Record only after both have committed: a receiver of "Alice has paid" may look at her account.
    await tidings.record(order, decision === 'commit' ? 'SUCCEEDED' : 'FAILED');
    log.write(order, 'announced');
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

type State = 'voting' | 'commit' | 'abort' | 'announced';
