/**
 * Three-phase commit: before the commit, everybody learns that all voted yes, so that each can end alone.
 *
 * Guarantees   No blocking: a participant that hears nothing ends when its own timer expires. Before the second phase it
 *              aborts, because nobody can have committed. After it, it commits, because nobody can have aborted. This is
 *              correct as long as messages arrive in time or their sender is dead.
 * Does not     Survive a network partition. If one participant got the second phase and the other did not, and both time
 *              out, one commits and the other aborts: pay_3. Money is created or lost. This lesson can only detect it,
 *              announce no end, and call a person.
 * Choose it    Hardly ever: it costs one round more than two-phase commit, and trades blocking for wrong results. It is
 *              here because it shows why agreement needs a majority (Paxos, Raft) and not a better time-out.
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
    /** No more messages arrive. The phase alone decides what follows. */
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

  /** Announces the result that both have. If they contradict each other, announces that it has not ended. */
  async function announce(order: Order): Promise<void> {
    const states = new Set([alice.state(order), till.state(order)]);
    if (states.size === 1) {
      await tidings.record(order, states.has('committed') ? 'SUCCEEDED' : 'FAILED');
      return;
    }
    // Without an end, it is listed as unresolved later. A person finds out which of the two to correct.
    await tidings.prepare(order);
    stage.note('coordinator', `ALARM: the bank has ${alice.state(order)}, the shop ${till.state(order)}`);
  }

  /** After a restart, the coordinator asks for the states and ends the transaction as the time-outs would. */
  async function isResumed(order: Order): Promise<boolean> {
    const states = [alice.state(order), till.state(order)];
    if (states.every((state) => state === 'unknown')) return false;
    const isSplit = states.includes('committed') && states.includes('aborted');
    const isPrecommitted = states.includes('precommitted') || states.includes('committed');
    for (const one of isSplit ? [] : both) {
      if (isPrecommitted) one.doCommit(order);
      else one.abort(order);
    }
    await announce(order);
    return true;
  }

  const whole = stage.order('pay_1', 3_000);
  if (!(await isResumed(whole))) {
    for (const one of both) one.canCommit(whole);
    for (const one of both) one.preCommit(whole);
    for (const one of both) one.doCommit(whole);
    await announce(whole);
  }

  const silent = stage.order('pay_2', 2_000);
  if (!(await isResumed(silent))) {
    for (const one of both) one.canCommit(silent);
    stage.note('coordinator', 'is away: both time out, and nothing blocks');
    bankAlone.timeOut(silent);
    shopAlone.timeOut(silent);
    await announce(silent);
  }

  const parted = stage.order('pay_3', 1_000);
  if (!(await isResumed(parted))) {
    for (const one of both) one.canCommit(parted);
    bank.preCommit(parted);
    stage.note('shop', 'network partition: no preCommit here');
    bankAlone.timeOut(parted);
    shopAlone.timeOut(parted);
    await announce(parted);
  }
});
