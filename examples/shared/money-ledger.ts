import type { Store } from './item-store.ts';

/**
 * A small ledger: accounts that cannot go below zero, and an entry for each change. A repeated step of a transaction
 * finds its entries and changes nothing.
 */
export interface Ledger {
  readonly store: Store;
  /** Makes all changes of one step in its own local transaction. */
  move(id: string, step: string, changes: Changes): Moved;
  /** The same within a transaction that is already open. */
  post(id: string, step: string, changes: Changes): Moved;
}

/** The amount that each account gains (positive) or loses (negative). */
export type Changes = Readonly<Record<string, number>>;

/** `already`: done before. `refused`: an account has too little, and nothing was changed. */
export type Moved = 'done' | 'already' | 'refused';

/** SQL that creates a ledger and opens its accounts the first time. */
export function ledgerSchema(accounts: Changes): string {
  const rows = Object.entries(accounts).map(([owner, balance]) => `('${owner}', ${balance}, ${balance})`);
  return `
    CREATE TABLE IF NOT EXISTS accounts (owner TEXT PRIMARY KEY, balance INTEGER NOT NULL, opening INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS entries (id TEXT, step TEXT, owner TEXT, amount INTEGER NOT NULL, PRIMARY KEY (id, step, owner));
    INSERT OR IGNORE INTO accounts VALUES ${rows.join(', ')}`;
}

export function ledgerOn(store: Store): Ledger {
  const post: Ledger['post'] = (id, step, changes) => {
    if (store.read('SELECT 1 FROM entries WHERE id = ? AND step = ?', id, step)) return 'already';
    const owners = Object.entries(changes);
    const has = (owner: string) =>
      store.read<{ balance: number }>('SELECT balance FROM accounts WHERE owner = ?', owner)?.balance ?? 0;
    if (owners.some(([owner, amount]) => has(owner) + amount < 0)) return 'refused';
    for (const [owner, amount] of owners) {
      store.write('INSERT INTO entries VALUES (?, ?, ?, ?)', id, step, owner, amount);
      store.write('UPDATE accounts SET balance = balance + ? WHERE owner = ?', amount, owner);
    }
    return 'done';
  };
  return {
    store,
    post,
    move: (id, step, changes) => store.transaction(() => post(id, step, changes)),
  };
}
