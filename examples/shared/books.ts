import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Run } from './lessons.ts';
import { readItemBooks } from './table-items.ts';

/** The ledgers of a run, read from outside. Nothing here relies on what the lesson reports about itself. */
export interface Books {
  readonly accounts: readonly Account[];
  readonly entries: readonly Entry[];
  /** Transactions that hold locks. */
  readonly holding: readonly string[];
}

export interface Account {
  readonly ledger: string;
  readonly owner: string;
  readonly opening: number;
  readonly balance: number;
}

export interface Entry {
  readonly ledger: string;
  readonly id: string;
  readonly owner: string;
  readonly amount: number;
}

/** Tables with the locks of a pattern. In each, `id` is the transaction. */
const HOLDS = ['locks'];
/** The account that receives the payment. */
const SHOP = 'shop';
/** The accounts of the goods. A lesson without them sells nothing. */
const GOODS = { reserved: 'reserved', sold: 'sold', shelf: 'shelf' };
/** Money set aside from Alice's account. It is still hers. */
const FROZEN = 'frozen';
/** The receiver's ledger. It follows the end of a transaction and takes no part in deciding it. */
const RECEIVER = 'receiver';

export async function readBooks({ dir, run, surroundings }: Run): Promise<Books> {
  const files = readdirSync(dir).filter((name) => name.endsWith('.sqlite'));
  // A lesson without files keeps its books in DynamoDB.
  if (files.length === 0) return { ...(await readItemBooks(surroundings.table, run)), holding: [] };
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

/** What the ledgers show for one transaction, independent of its steps. */
export type Standing =
  /** The shop has the money, the payer does not, and the goods are sold. */
  | 'moved'
  /** Nothing moved, or everything that moved came back. */
  | 'unmoved'
  /** Something left or arrived without a counterpart. */
  | 'half done';

export function standingOf({ accounts, entries }: Books, id: string): Standing {
  const own = entries.filter((entry) => entry.id === id && entry.ledger !== RECEIVER);
  const net = (owner: string) =>
    sum(own.filter((entry) => entry.owner === owner).map(({ amount }) => amount));
  const isMoney = ({ owner }: Entry) => !(owner in GOODS);
  const accountsOfMoney = Map.groupBy(own.filter(isMoney), ({ ledger, owner }) =>
    owner === FROZEN ? `${ledger} alice` : `${ledger} ${owner}`,
  );
  const nets = [...accountsOfMoney.values()].map((same) => sum(same.map(({ amount }) => amount)));
  const sold = net(GOODS.sold);
  if (sold === 0 && nets.every((amount) => amount === 0)) return 'unmoved';
  const isDelivered =
    sold > 0 || !accounts.some(({ ledger, owner }) => owner === GOODS.sold && ledger !== RECEIVER);
  return net(SHOP) > 0 && sum(nets) === 0 && isDelivered ? 'moved' : 'half done';
}

/** Whether the transaction blocks something: a lock, frozen money or reserved goods. */
export function isHolding({ entries, holding }: Books, id: string): boolean {
  const netOf = (owner: string) =>
    sum(entries.filter((entry) => entry.id === id && entry.owner === owner).map(({ amount }) => amount));
  return holding.includes(id) || netOf(GOODS.reserved) !== 0 || netOf(FROZEN) !== 0;
}

/** What is wrong with the accounts as a whole. Empty if money is conserved and every change has its entry. */
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
