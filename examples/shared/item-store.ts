import {
  DatabaseSync,
  type SQLInputValue,
  type StatementResultingChanges,
  type StatementSync,
} from 'node:sqlite';
import type { Effects } from './effects.ts';

/**
 * A SQLite file that counts commits as effects: of transactions, and of single statements outside a transaction. A
 * transaction that changed nothing does not count.
 */
export class Store extends DatabaseSync {
  readonly #effects: Effects;
  #changesBefore = 0;
  #isReady = false;

  /** @param schema repeatable SQL. It runs before counting starts, including the rows that it inserts */
  constructor(path: string, schema: string, effects: Effects) {
    super(path, { timeout: 1_000 });
    this.#effects = effects;
    super.exec(`BEGIN IMMEDIATE; ${schema}; COMMIT`);
    this.#isReady = true;
  }

  override exec(sql: string): void {
    const word = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase();
    if (word === 'BEGIN') {
      const changes = this.#changes();
      super.exec(sql);
      // Not where SQLite refused it, within a transaction.
      this.#changesBefore = changes;
      return;
    }
    const isEffect = word === 'COMMIT' && this.#changes() > this.#changesBefore;
    if (isEffect) this.#effects.make(() => super.exec(sql));
    else super.exec(sql);
  }

  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql);
    if (!this.#isReady) return statement;
    const run = statement.run.bind(statement) as (
      ...values: readonly SQLInputValue[]
    ) => StatementResultingChanges;
    const counted = (...values: readonly SQLInputValue[]) =>
      this.isTransaction ? run(...values) : this.#effects.make(() => run(...values));
    return Object.assign(statement, { run: counted });
  }

  /** Runs one local transaction. It commits all writes of `work`, or none if `work` throws. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      this.exec('ROLLBACK');
      throw error;
    }
  }

  /** @returns the number of changed rows */
  write(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  read<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...values) as Row | undefined;
  }

  list<Row>(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.prepare(sql).all(...values) as unknown as readonly Row[];
  }

  #changes(): number {
    return Number(super.prepare('SELECT total_changes() AS n').get()?.n);
  }
}
