/**
 * Three-phase commit: between vote and commit everybody learns that everybody voted yes, so that they may end alone.
 *
 * Guarantees   No blocking: who hears nothing ends by its own clock. Before the second phase it aborts, since nobody
 *              can have committed; after it, it commits, since nobody can have aborted. Right, as long as messages
 *              arrive in time or their sender is dead.
 * Does not     Stand a network that parts. Where one was told of the second phase and the other was not, and both
 *              time out, one commits and the other aborts: pay_3. Money is made or lost; this lesson can only find
 *              it, announce no end, and call a person.
 * Choose it    Hardly ever: it costs a round more than two-phase commit, and trades blocking for being wrong. It
 *              is here because it shows why agreement needs a majority (Paxos, Raft), not a better time-out.
 * Comes from   Skeen, "Nonblocking Commit Protocols", SIGMOD 1981.
 */
import type { Changes, Ledger } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

type State = 'unknown' | 'ready' | 'precommitted' | 'committed' | 'aborted';

function participant(ledger: Ledger, changesOf: (order: Order) => Changes) {
  const { store } = ledger;
  store.exec(`
    CREATE TABLE IF NOT EXISTS locks (owner TEXT PRIMARY KEY, id TEXT);
    CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT)`);
  const stateOf = ({ id }: Order): State =>
    store.read<{ state: State }>('SELECT state FROM states WHERE id = ?', id)?.state ?? 'unknown';
  const enter = (order: Order, state: State) =>
    store.transaction(() => {
      if (state === 'ready') {
        const owners = Object.entries(changesOf(order));
        for (const [owner] of owners) store.write('INSERT INTO locks VALUES (?, ?)', owner, order.id);
      }
      if (state === 'committed') ledger.post(order.id, 'commit', changesOf(order));
      if (state === 'committed' || state === 'aborted')
        store.write('DELETE FROM locks WHERE id = ?', order.id);
      store.write('INSERT OR REPLACE INTO states VALUES (?, ?)', order.id, state);
      return state;
    });
  return {
    state: stateOf,
    canCommit: (order: Order) => enter(order, 'ready'),
    preCommit: (order: Order) => enter(order, 'precommitted'),
    doCommit: (order: Order) => (stateOf(order) === 'committed' ? 'committed' : enter(order, 'committed')),
    abort: (order: Order) => (stateOf(order) === 'aborted' ? 'aborted' : enter(order, 'aborted')),
    /** Nobody speaks any more. What may be concluded depends on the phase alone. */
    timeOut(order: Order): State {
      const state = stateOf(order);
      if (state === 'ready') return enter(order, 'aborted');
      return state === 'precommitted' ? enter(order, 'committed') : state;
    },
  };
}

await play(['coordinator', 'bank', 'shop', 'Tidings'], async (stage) => {
  const alice = participant(stage.ledger('bank', { alice: 10_000 }), ({ amount }) => ({ alice: -amount }));
  const till = participant(stage.ledger('shop', { shop: 0 }), ({ amount }) => ({ shop: +amount }));
  const bank = stage.client('coordinator', 'bank', alice);
  const shop = stage.client('coordinator', 'shop', till);
  const bankAlone = stage.client('bank', 'bank', alice);
  const shopAlone = stage.client('shop', 'shop', till);
  const both = [bank, shop];
  const tidings = stage.tidings('coordinator');

  /** Announces what both say; if they contradict each other, that it has not ended. */
  async function tell(order: Order): Promise<void> {
    const states = new Set([alice.state(order), till.state(order)]);
    if (states.size === 1) {
      await tidings.record(order, states.has('committed') ? 'SUCCEEDED' : 'FAILED');
      return;
    }
    // Without an end it is listed as unresolved in time, and a person finds out which of the two to correct.
    await tidings.prepare(order);
    stage.note('coordinator', `ALARM: the bank has ${alice.state(order)}, the shop ${till.state(order)}`);
  }

  /** A coordinator that comes back asks for the states, and ends what it finds as the time-outs would. */
  async function isTakenUp(order: Order): Promise<boolean> {
    const states = [alice.state(order), till.state(order)];
    if (states.every((state) => state === 'unknown')) return false;
    const isSplit = states.includes('committed') && states.includes('aborted');
    const isPast = states.includes('precommitted') || states.includes('committed');
    for (const one of isSplit ? [] : both) {
      if (isPast) one.doCommit(order);
      else one.abort(order);
    }
    await tell(order);
    return true;
  }

  const whole = stage.order('pay_1', 3_000);
  if (!(await isTakenUp(whole))) {
    for (const one of both) one.canCommit(whole);
    for (const one of both) one.preCommit(whole);
    for (const one of both) one.doCommit(whole);
    await tell(whole);
  }

  const silent = stage.order('pay_2', 2_000);
  if (!(await isTakenUp(silent))) {
    for (const one of both) one.canCommit(silent);
    stage.note('coordinator', 'is away: both time out, and nothing blocks');
    bankAlone.timeOut(silent);
    shopAlone.timeOut(silent);
    await tell(silent);
  }

  const parted = stage.order('pay_3', 1_000);
  if (!(await isTakenUp(parted))) {
    for (const one of both) one.canCommit(parted);
    bank.preCommit(parted);
    stage.note('shop', 'the network parts: no preCommit here');
    bankAlone.timeOut(parted);
    shopAlone.timeOut(parted);
    await tell(parted);
  }
});
