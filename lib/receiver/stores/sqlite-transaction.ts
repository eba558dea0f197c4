import { ReceiverFault } from '../receiver-fault.ts';
import type { SqliteDatabase } from './sqlite-tables.ts';

/** Runs a function between BEGIN IMMEDIATE and COMMIT, so that no other writer can change what it has read. */
export function immediately<T>(db: SqliteDatabase, run: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back by itself, for example because the disk is full. The first error says why.
    }
    throw error;
  }
}

/**
 * The connection as `onOutcome` gets it: each call of it, and of the statements that it prepares, first checks that the
 * transaction is open. After some errors SQLite has rolled back the whole transaction. If `onOutcome` catches such an
 * error, its next write would be committed at once, without the record that the outcome is applied.
 */
export function withinTransaction<Database extends SqliteDatabase>(database: Database): Database {
  return checked(database, () => assertInTransaction(database));
}

/** @throws ReceiverFault `effects_refused` if the connection has no open transaction */
export function assertInTransaction(database: SqliteDatabase): void {
  try {
    // Every library of SQLite refuses this within a transaction. It takes no lock and changes nothing.
    database.exec('BEGIN');
  } catch {
    return;
  }
  database.exec('ROLLBACK');
  throw new ReceiverFault(
    'effects_refused',
    'The transaction of onOutcome is not open any more: onOutcome has ended, or SQLite rolled back after an error that onOutcome caught. Let errors of the database pass.',
  );
}

/** The same object, with a check before each call of a method. */
function checked<Target extends object>(target: Target, check: () => void): Target {
  // A target of its own, because a proxy of a frozen object must return its methods as they are.
  const proxy: Target = new Proxy(Object.create(target), {
    get(_, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...given: readonly unknown[]) => {
        check();
        const result: unknown = member.apply(target, given);
        // Some libraries chain the settings of a statement.
        if (result === target) return proxy;
        return isStatement(result) ? checked(result, check) : result;
      };
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
  return proxy;
}

function isStatement(result: unknown): result is object {
  return typeof (result as { readonly run?: unknown } | null | undefined)?.run === 'function';
}
