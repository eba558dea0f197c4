/**
 * Event sourcing: only events are stored; everything else, including balances, is computed from them.
 *
 * Guarantees   One append is the decision, the record and the message. Nothing can get lost between "done" and "announced".
 *              A stream accepts one event per version. If two decide on the same past, one of them must decide again.
 *              The publisher continues from its position; repeating is harmless.
 * Does not     Span streams: a decision is atomic within one stream. Readers see what the publisher has published, some
 *              time later. Events stay for ever, including mistakes and old formats.
 * Choose it    Where the history is the business (ledgers, claims, trading), or where an auditor will ask for it.
 * Comes from   Fowler, "Event Sourcing", 2005; Young, "CQRS Documents", 2010; and every ledger since Pacioli, 1494.
 */
import { play } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

interface Event {
  readonly version: number;
  readonly id: string;
  readonly type: 'Opened' | 'Paid' | 'Refused';
  readonly amount: number;
}

// The events of Alice's account are the only business table. The views are computed from it by readers.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (version INTEGER PRIMARY KEY, id TEXT UNIQUE, type TEXT, amount INTEGER);
  CREATE TABLE IF NOT EXISTS positions (reader TEXT PRIMARY KEY, version INTEGER);
  CREATE VIEW IF NOT EXISTS entries AS
    SELECT id, 'alice' AS owner, -amount AS amount FROM events WHERE type = 'Paid'
    UNION ALL SELECT id, 'shop', amount FROM events WHERE type = 'Paid';
  CREATE VIEW IF NOT EXISTS accounts AS
    SELECT owner, opening, opening + coalesce((SELECT sum(amount) FROM entries WHERE owner = o.owner), 0) AS balance
    FROM (SELECT 'alice' AS owner, (SELECT amount FROM events WHERE type = 'Opened') AS opening
          UNION ALL SELECT 'shop', 0) AS o;
  INSERT OR IGNORE INTO events VALUES (1, 'opening', 'Opened', 10000)`;

/** The state is a fold over the past events. */
function balanceAfter(past: readonly Event[]): number {
  return past.reduce((balance, { type, amount }) => {
    if (type === 'Opened') return balance + amount;
    return type === 'Paid' ? balance - amount : balance;
  }, 0);
}

/** A pure function of the past and the order. It decides and writes nothing. */
function decide(past: readonly Event[], { id, amount }: Order): Event {
  const type = balanceAfter(past) >= amount ? 'Paid' : 'Refused';
  return { version: past.length + 1, id, type, amount };
}

await play(['till A', 'till B', 'account', 'Tidings'], async (stage) => {
  const store = stage.open('account', SCHEMA);
  const past = () => store.list<Event>('SELECT * FROM events ORDER BY version');
  const stream = {
    append({ version, id, type, amount }: Event): string {
      const sql = 'INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)';
      const isFirst = store.transaction(() => store.write(sql, version, id, type, amount) === 1);
      return isFirst ? `${type}, version ${version}` : `conflict at ${version}`;
    },
  };
  const tillA = stage.client('till A', 'account', stream);
  const tillB = stage.client('till B', 'account', stream);
  const isDecided = ({ id }: Order) => past().some((event) => event.id === id);

  const [first, second] = [stage.order('pay_1', 6_000), stage.order('pay_2', 8_000)];
  // Both tills read the same past. The balance covers either order, but not both.
  const seen = past();
  if (!isDecided(first)) tillA.append(decide(seen, first));
  if (!isDecided(second)) tillB.append(decide(seen, second));
  // The second till lost the race: it reads again and decides on the new past.
  if (!isDecided(second)) tillB.append(decide(past(), second));

  const tidings = stage.tidings('account');
  const position = () =>
    store.read<{ version: number }>("SELECT version FROM positions WHERE reader = 'publisher'")?.version ?? 0;
  const publisher = stage.client('account', 'account', {
    moveTo: (version: string) =>
      void store.write("INSERT OR REPLACE INTO positions VALUES ('publisher', ?)", version),
  });
  // If the publisher dies between recording and moving on, it records again and gets "unchanged".
  for (const { version, id, type } of past().filter((event) => event.version > position())) {
    const order = [first, second].find((one) => one.id === id);
    if (order !== undefined) await tidings.record(order, type === 'Paid' ? 'SUCCEEDED' : 'FAILED');
    publisher.moveTo(String(version));
  }
});
