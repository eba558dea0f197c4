/**
 * Repeated execution with comparison: several replicas do the same work, and the majority's result counts.
 *
 * Guarantees   One of three replicas may be wrong in any way, including broken memory and lies. The others outvote it
 *              before anything is announced, and its ledger is repaired from theirs.
 * Does not     Work for anything that is not deterministic (clocks, random numbers, calls to others). It also fails if
 *              two are wrong in the same way, as copies of one program are with the same bug. It costs three times
 *              as much.
 * Choose it    Where a wrong answer is worse than none: custody of keys, settlement, control of machines. Also to run a
 *              new version beside the old one before you trust it.
 * Comes from   Von Neumann, "Probabilistic Logics", 1956 (majority organs); Lamport, 1978, and Schneider, 1990 (state
 *              machines); Castro and Liskov, PBFT, 1999, for 3f + 1 replicas if the voters may lie as well.
 */
import type { Changes, Ledger } from './shared/money-ledger.ts';
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

/** How an order changed a replica's ledger, as comparable text: JSON of {@link Changes}. */
type Result = string;

interface Row {
  readonly owner: string;
  readonly amount: number;
}

/** @param isLiar credits the shop with money that nobody has paid */
function replica(ledger: Ledger, isLiar: boolean) {
  const { store } = ledger;
  const rowsOf = (id: string) =>
    store.list<Row>('SELECT owner, amount FROM entries WHERE id = ? ORDER BY owner', id);
  const result = ({ id }: Order): Result =>
    JSON.stringify(Object.fromEntries(rowsOf(id).map(({ owner, amount }) => [owner, amount])));
  return {
    /** Deterministic: the same orders in the same sequence make the same entries. A repetition makes none. */
    execute(order: Order): Result {
      const { id, amount } = order;
      const moved = ledger.move(id, 'pay', { alice: -amount, shop: +amount });
      if (isLiar && moved === 'refused') ledger.move(id, 'lie', { shop: +amount });
      return result(order);
    },
    /** Discards this replica's entries for the order and applies the majority's. */
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
  const store = stage.open('voter', 'CREATE TABLE IF NOT EXISTS announced (id TEXT PRIMARY KEY)');
  const voter = stage.client('voter', 'voter', {
    announced: ({ id }: Order) => void store.write('INSERT INTO announced VALUES (?)', id),
  });
  const isAnnounced = ({ id }: Order) => store.read('SELECT 1 FROM announced WHERE id = ?', id) !== undefined;
  const tidings = stage.tidings('voter');

  /** @returns the result of more than half of the replicas; undefined if all three differ */
  function majorityOf(results: readonly Result[]): Result | undefined {
    return results.find((result) => results.filter((other) => other === result).length * 2 > results.length);
  }

  async function run(order: Order): Promise<void> {
    if (isAnnounced(order)) return;
    const results = replicas.map((one) => one.execute(order));
    const right = majorityOf(results);
    // Without a majority no result is trusted, so nothing is announced.
    if (right === undefined) throw new Error(`${order.id}: three replicas, three results`);
    for (const [index, one] of replicas.entries()) {
      if (results[index] !== right) one.repair(order, right);
    }
    await tidings.record(order, right === '{}' ? 'FAILED' : 'SUCCEEDED');
    voter.announced(order);
  }

  await run(stage.order('pay_1', 3_000));
  await run(stage.order('pay_2', 8_000)); // Alice has too little money, but the third replica says that she has enough
});
