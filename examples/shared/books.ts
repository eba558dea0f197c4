import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What the ledgers of a run say, read from outside: nothing is believed of what the lesson told of itself. */
export interface Books {
  readonly accounts: readonly Account[];
  readonly entries: readonly Entry[];
  /** Transactions that hold something back from others: locks, frozen money. */
  readonly holding: readonly string[];
}

interface Account {
  readonly ledger: string;
  readonly owner: string;
  readonly opening: number;
  readonly balance: number;
}

interface Entry {
  readonly ledger: string;
  readonly id: string;
  readonly owner: string;
  readonly amount: number;
}

/** Tables in which a pattern keeps what others may not touch meanwhile; each has the transaction as `id`. */
const HOLDS = ['locks', 'frozen'];
/** An account that is meant to be empty in the end, and the one to which a payment goes. */
const [RESERVED, SHOP] = ['reserved', 'shop'];

export function readBooks(dir: string): Books {
  const files = readdirSync(dir).filter((name) => name.endsWith('.sqlite'));
  const books = files.map((file) => readLedger(join(dir, file), file.replace('.sqlite', '')));
  return {
    accounts: books.flatMap(({ accounts }) => accounts),
    entries: books.flatMap(({ entries }) => entries),
    holding: [...new Set(books.flatMap(({ holding }) => holding))],
  };
}

function readLedger(path: string, ledger: string): Books {
  const db = new DatabaseSync(path, { timeout: 1_000 });
  try {
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')").all();
    const tables = new Set(names.map(({ name }) => String(name)));
    const rows = (sql: string) => db.prepare(sql).all() as unknown[];
    const holding = HOLDS.filter((table) => tables.has(table)).flatMap((table) =>
      rows(`SELECT id FROM ${table}`),
    );
    const isLedger = tables.has('accounts');
    const accounts = isLedger ? rows('SELECT owner, opening, balance FROM accounts') : [];
    const entries = isLedger ? rows('SELECT id, owner, amount FROM entries') : [];
    return {
      accounts: accounts.map((row) => ({ ledger, ...(row as Omit<Account, 'ledger'>) })),
      entries: entries.map((row) => ({ ledger, ...(row as Omit<Entry, 'ledger'>) })),
      holding: holding.map((row) => (row as { readonly id: string }).id),
    };
  } finally {
    db.close();
  }
}

/** What the ledgers say of one transaction, whatever its steps were. */
export type Standing =
  /** The shop has it, and it is missing where it came from. */
  | 'moved'
  /** Nothing moved, or all that moved came back. */
  | 'unmoved'
  /** Something left, or came, that has no counterpart. */
  | 'half done';

export function standingOf(books: Books, id: string): Standing {
  const nets = netsOf(books, id);
  if (nets.every(({ amount }) => amount === 0)) return 'unmoved';
  const isPaid = nets.some(({ owner, amount }) => owner === SHOP && amount > 0);
  return isPaid && sum(nets.map(({ amount }) => amount)) === 0 ? 'moved' : 'half done';
}

/** Whether it keeps something from others: a lock, frozen money, reserved goods. */
export function isHolding(books: Books, id: string): boolean {
  const isReserved = netsOf(books, id).some(({ owner, amount }) => owner === RESERVED && amount !== 0);
  return isReserved || books.holding.includes(id);
}

/** What each account gained or lost by one transaction. */
function netsOf({ entries }: Books, id: string): readonly Omit<Entry, 'id'>[] {
  const own = entries.filter((entry) => entry.id === id);
  const accounts = Map.groupBy(own, ({ ledger, owner }) => `${ledger} ${owner}`);
  return [...accounts.values()].map((same) => ({
    ledger: same[0]?.ledger ?? '',
    owner: same[0]?.owner ?? '',
    amount: sum(same.map(({ amount }) => amount)),
  }));
}

/** What is wrong with the accounts as a whole; nothing, if money is conserved and every change has its entry. */
export function faultsOf({ accounts, entries }: Books): readonly string[] {
  const [before, after] = [sum(accounts.map((one) => one.opening)), sum(accounts.map((one) => one.balance))];
  const lost = before === after ? [] : [`money is not conserved: ${before} became ${after}`];
  const wrong = accounts.filter(({ ledger, owner, opening, balance }) => {
    const own = entries.filter((entry) => entry.ledger === ledger && entry.owner === owner);
    return balance !== opening + sum(own.map(({ amount }) => amount)) || balance < 0;
  });
  return [
    ...lost,
    ...wrong.map(({ owner, balance }) => `${owner} has ${balance}, and its entries say otherwise`),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
