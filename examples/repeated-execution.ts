/**
 * Repeated execution with comparison: several replicas do the same, and what most of them say is believed.
 *
 * Guarantees   Of three replicas one may be wrong in any way, broken memory and lies included: it is outvoted before
 *              anything is announced, and its ledger is set right by the others'.
 * Does not     Work for what is not deterministic (clocks, random numbers, calls to others), nor when two are wrong in the
 *              same way, as copies of one programme are by the same bug. It costs everything three times.
 * Choose it    Where a wrong answer is worse than none: custody of keys, settlement, control of machines; or to
 *              run a new version beside the old one before it is believed.
 * Comes from   Von Neumann, "Probabilistic Logics", 1956 (majority organs); Lamport, 1978, and Schneider, 1990 (state
 *              machines); to have 3f + 1 of them when the voters may lie as well, Castro and Liskov, PBFT, 1999.
 */
import type { Changes, Ledger } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** What an order has changed in a replica's ledger, as text that can be compared: JSON of {@link Changes}. */
type Result = string;

interface Row {
  readonly owner: string;
  readonly amount: number;
}

/** @param isLiar it credits what nobody has paid */
function replica(ledger: Ledger, isLiar: boolean) {
  const { store } = ledger;
  const rowsOf = (id: string) =>
    store.list<Row>('SELECT owner, amount FROM entries WHERE id = ? ORDER BY owner', id);
  const result = ({ id }: Order): Result =>
    JSON.stringify(Object.fromEntries(rowsOf(id).map(({ owner, amount }) => [owner, amount])));
  return {
    /** Deterministic: the same orders in the same sequence lead to the same entries; again, to none. */
    execute(order: Order): Result {
      const { id, amount } = order;
      const moved = ledger.move(id, 'pay', { alice: -amount, shop: +amount });
      if (isLiar && moved === 'refused') ledger.move(id, 'lie', { shop: +amount });
      return result(order);
    },
    /** Forgets what this replica has done, and takes over what the others have. */
    repair: ({ id }: Order, right: Result): string =>
      store.transaction(() => {
        for (const { owner, amount } of rowsOf(id)) {
          store.write('UPDATE accounts SET balance = balance - ? WHERE owner = ?', amount, owner);
        }
        store.write('DELETE FROM entries WHERE id = ?', id);
        return ledger.post(id, 'pay', JSON.parse(right) as Changes);
      }),
  };
}

await play(['voter', 'replica 1', 'replica 2', 'replica 3', 'Tidings'], async (stage) => {
  const replicas = [1, 2, 3].map((number) => {
    const ledger = stage.ledger(`replica-${number}`, { alice: 10_000, shop: 0 });
    return stage.client('voter', `replica ${number}`, replica(ledger, number === 3));
  });
  const store = stage.open('voter', 'CREATE TABLE IF NOT EXISTS told (id TEXT PRIMARY KEY)');
  const voter = stage.client('voter', 'voter', {
    told: ({ id }: Order) => void store.write('INSERT INTO told VALUES (?)', id),
  });
  const isTold = ({ id }: Order) => store.read('SELECT 1 FROM told WHERE id = ?', id) !== undefined;
  const tidings = stage.tidings('voter');

  /** @returns what more than half of them say; nothing where they are of three minds */
  function majorityOf(results: readonly Result[]): Result | undefined {
    return results.find((result) => results.filter((other) => other === result).length * 2 > results.length);
  }

  async function run(order: Order): Promise<void> {
    if (isTold(order)) return;
    const results = replicas.map((one) => one.execute(order));
    const right = majorityOf(results);
    // Without a majority nothing is believed, so nothing is announced.
    if (right === undefined) throw new Error(`${order.id}: three replicas, three results`);
    for (const [index, one] of replicas.entries()) {
      if (results[index] !== right) one.repair(order, right);
    }
    await tidings.record(order, right === '{}' ? 'FAILED' : 'SUCCEEDED');
    voter.told(order);
  }

  await run(stage.order('pay_1', 3_000));
  await run(stage.order('pay_2', 8_000)); // Alice has not enough, and the third replica says that she has
});
