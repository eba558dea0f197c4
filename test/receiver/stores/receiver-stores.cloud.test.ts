import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { dynamodbStore } from '../../../lib/receiver/stores/dynamodb.ts';
import { sqliteStore } from '../../../lib/receiver/stores/sqlite.ts';
import { sampleOutcome } from '../../../lib/receiver/testing/index.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { openMemoryStore, openSqliteStore, startDynamoDbStores } from './open-stores.ts';
import { describeReceiverStore } from './receiver-store-suite.ts';

const dynamodb = await startDynamoDbStores();
afterAll(() => dynamodb.stop());

describeReceiverStore('memory', async () => openMemoryStore());
describeReceiverStore('SQLite', async () => openSqliteStore());
// A database for amounts is opened like this, and the store reads from the same one.
describeReceiverStore('SQLite that reads integers as BigInt', async () =>
  openSqliteStore({ readBigInts: true }),
);
describeReceiverStore('DynamoDB', () => dynamodb.open());

describe('the store in SQLite', () => {
  it('keeps what was committed in the file, and commits with the user’s own tables', async () => {
    const directory = temporaryDirectory();
    const first = new DatabaseSync(`${directory}/shop.db`);
    first.exec('CREATE TABLE orders (id TEXT)');
    await sqliteStore(first).apply(sampleOutcome(), (db) => {
      db.exec("INSERT INTO orders VALUES ('ORDER-1')");
    });
    first.close();
    const second = new DatabaseSync(`${directory}/shop.db`);
    expect(await sqliteStore(second).apply(sampleOutcome(), () => undefined)).toEqual({ kind: 'duplicate' });
    expect(second.prepare('SELECT * FROM orders').all()).toEqual([{ id: 'ORDER-1' }]);
    second.close();
    removeDirectory(directory);
  });

  it('refuses effects that go on after it has committed, and takes back what they wrote', async () => {
    const { store, count, counted, close } = openSqliteStore();
    const applying = store.apply(sampleOutcome(), async (tx) => {
      count('pay_1', tx);
      await Promise.reject(new Error('nobody hears this'));
    });
    await expect(applying).rejects.toMatchObject({ code: 'effects_not_synchronous' });
    expect(await counted('pay_1')).toBe(0);
    expect(await store.find('demo', ['pay_1'])).toEqual(new Map());
    close();
  });

  describe('where onOutcome catches an error after which SQLite has rolled back', () => {
    const REFUSED = { code: 'effects_refused', retryable: true };
    const openWithTrigger = () => {
      const under = openSqliteStore();
      under.db.exec(`CREATE TABLE log (line TEXT);
        CREATE TRIGGER no_logs BEFORE INSERT ON log BEGIN SELECT RAISE(ROLLBACK, 'no logs today'); END;`);
      const log = (tx: DatabaseSync) => {
        try {
          tx.exec("INSERT INTO log VALUES ('a line')");
        } catch {
          // The mistake: the transaction is gone.
        }
      };
      return { ...under, log };
    };

    it.each<[string, (tx: DatabaseSync, prepared: StatementSync) => void]>([
      ['a new statement', (tx) => tx.prepare("INSERT INTO counts VALUES ('pay_1', 1)").run()],
      ['a statement that it prepared before', (_, prepared) => prepared.run('pay_1')],
      ['SQL without parameters', (tx) => tx.exec("INSERT INTO counts VALUES ('pay_1', 1)")],
      ['a transaction of its own', (tx) => tx.exec("BEGIN; INSERT INTO counts VALUES ('pay_1', 1); COMMIT")],
    ])('refuses %s, and commits nothing, however often the outcome comes', async (_, write) => {
      const { store, log, counted, close } = openWithTrigger();
      const apply = () =>
        store.apply(sampleOutcome(), (tx) => {
          const prepared = tx.prepare('INSERT INTO counts VALUES (?, 1)');
          log(tx);
          write(tx, prepared);
        });
      for (let times = 0; times < 3; times += 1) await expect(apply()).rejects.toMatchObject(REFUSED);
      expect(await counted('pay_1')).toBe(0);
      expect(await store.find('demo', ['pay_1'])).toEqual(new Map());
      close();
    });

    it('says so where onOutcome writes nothing more, and applies once the error is gone', async () => {
      const { db, store, log, count, counted, close } = openWithTrigger();
      const apply = () =>
        store.apply(sampleOutcome(), (tx) => {
          count('pay_1', tx);
          log(tx);
        });
      await expect(apply()).rejects.toMatchObject(REFUSED);
      db.exec('DROP TRIGGER no_logs');
      expect(await apply()).toEqual({ kind: 'applied' });
      expect(await counted('pay_1')).toBe(1);
      close();
    });

    it('notices a full disk', async () => {
      const { db, store, count, counted, close } = openSqliteStore();
      db.exec('CREATE TABLE log (line BLOB); PRAGMA max_page_count = 40');
      const applying = store.apply(sampleOutcome(), (tx) => {
        expect(() => tx.prepare('INSERT INTO log VALUES (?)').run(Buffer.alloc(400_000))).toThrow('full');
        count('pay_1', tx);
      });
      await expect(applying).rejects.toMatchObject(REFUSED);
      expect(await counted('pay_1')).toBe(0);
      close();
    });

    it('goes on after an error that undid one statement only', async () => {
      const { store, count, counted, close } = openSqliteStore();
      const applying = store.apply(sampleOutcome(), (tx) => {
        count('pay_1', tx);
        expect(() => tx.exec("INSERT INTO counts VALUES ('pay_1', 1)")).toThrow('UNIQUE');
        count('pay_1', tx);
      });
      expect(await applying).toEqual({ kind: 'applied' });
      expect(await counted('pay_1')).toBe(2);
      close();
    });
  });

  it('refuses what is written through the connection of an outcome that was committed', async () => {
    const { store, count, counted, close } = openSqliteStore();
    let kept: DatabaseSync | undefined;
    await store.apply(sampleOutcome(), (tx) => {
      kept = tx;
    });
    expect(() => count('pay_1', kept as DatabaseSync)).toThrow(
      expect.objectContaining({ code: 'effects_refused' }),
    );
    expect(await counted('pay_1')).toBe(0);
    close();
  });

  it('gives the database of any library, with all that it has', async () => {
    const db = new DatabaseSync(':memory:');
    const chained = { run: () => db.exec('CREATE TABLE chained (id TEXT)'), pluck: () => chained };
    const library = Object.freeze({
      exec: (sql: string) => db.exec(sql),
      prepare: (sql: string) => db.prepare(sql),
      query: () => chained,
      name: 'shop.db',
    });
    let seen: unknown;
    await sqliteStore(library).apply(sampleOutcome(), (tx) => {
      tx.query().pluck().run();
      seen = [tx.name, tx.prepare('SELECT COUNT(*) AS count FROM chained').get()];
    });
    expect(seen).toEqual(['shop.db', { count: 0 }]);
    db.close();
  });

  it('fails while another process writes, and applies afterwards', async () => {
    const directory = temporaryDirectory();
    const [ours, theirs] = [0, 1].map(() => new DatabaseSync(`${directory}/shop.db`, { timeout: 0 })) as [
      DatabaseSync,
      DatabaseSync,
    ];
    const store = sqliteStore(ours);
    theirs.exec('BEGIN IMMEDIATE');
    await expect(store.apply(sampleOutcome(), () => undefined)).rejects.toThrow('locked');
    theirs.exec('COMMIT');
    expect(await store.apply(sampleOutcome(), () => undefined)).toEqual({ kind: 'applied' });
    ours.close();
    theirs.close();
    removeDirectory(directory);
  });

  it.each(['before', 'after'])('dies %s its commit, and applies once', async (when) => {
    const { db, store, count, counted, close } = openSqliteStore();
    const { exec } = db;
    db.exec = (sql) => {
      if (sql !== 'COMMIT') return exec.call(db, sql);
      if (when === 'after') exec.call(db, sql);
      throw new Error('disk I/O error');
    };
    const apply = () => store.apply(sampleOutcome(), (tx) => count('pay_1', tx));
    await expect(apply()).rejects.toThrow('disk I/O error');
    db.exec = exec;
    expect(await apply()).toEqual({ kind: when === 'after' ? 'duplicate' : 'applied' });
    expect(await counted('pay_1')).toBe(1);
    close();
  });

  it('sums up a slice beyond what an integer holds', async () => {
    const { store, close } = openSqliteStore();
    for (let index = 0; index < 1_100; index += 1) {
      const outcome = sampleOutcome({ transactionId: `pay_${index}`, amount: Number.MAX_SAFE_INTEGER });
      await store.apply(outcome, () => undefined);
    }
    const fromMs = Date.parse('2026-11-20T00:00:00Z');
    const range = { merchantId: 'demo', fromMs, toMs: fromMs + 86_400_000 };
    const [digest] = (await store.digests({ ...range, everySeconds: 86_400 })).values();
    expect(digest).toMatchObject([{ count: 1_100, amount: 1_100n * BigInt(Number.MAX_SAFE_INTEGER) }]);
    const rows: string[] = [];
    for await (const { transactionId } of store.rows(range)) rows.push(transactionId);
    expect(new Set(rows).size).toBe(1_100);
    close();
  });
});

describe('the store in DynamoDB', () => {
  /** The client, with one of its calls in our hands. */
  const intercept = <Name extends 'get' | 'transactWrite'>(
    name: Name,
    call: (
      target: DynamoDBDocument,
      input: Parameters<DynamoDBDocument[Name]>[0],
    ) => ReturnType<DynamoDBDocument[Name]>,
  ) =>
    new Proxy(dynamodb.client, {
      get(target, asked) {
        if (asked === name) return (input: Parameters<DynamoDBDocument[Name]>[0]) => call(target, input);
        return Reflect.get(target, asked).bind?.(target);
      },
    });
  const effect = (TableName: string) => ({
    Put: {
      TableName,
      Item: { pk: 'ORDER#1', sk: 'ORDER' },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  });

  it('applies nothing where a condition of the effects is not met', async () => {
    const { store, tableName } = await dynamodb.open();
    await store.apply(sampleOutcome(), (tx) => tx.add(effect(tableName)));
    const second = sampleOutcome({ transactionId: 'pay_2' });
    await expect(store.apply(second, (tx) => tx.add(effect(tableName)))).rejects.toMatchObject({
      code: 'effects_refused',
    });
    expect([...(await store.find('demo', ['pay_1', 'pay_2'])).keys()]).toEqual(['pay_1']);
  });

  it('says so where the effects are more than a transaction holds', async () => {
    const { store, tableName } = await dynamodb.open();
    const items = Array.from({ length: 99 }, () => effect(tableName));
    await expect(store.apply(sampleOutcome(), (tx) => tx.add(...items))).rejects.toMatchObject({
      code: 'too_many_effects',
    });
  });

  it('applies once if two have read that there is none, before either writes', async () => {
    const { tableName, count, counted } = await dynamodb.open();
    const haveRead = Promise.withResolvers<void>();
    let reads = 0;
    const client = intercept('get', async (target, input) => {
      const found = await target.get(input);
      reads += 1;
      if (reads === 2) haveRead.resolve();
      if (reads <= 2) await haveRead.promise;
      return found;
    });
    const store = dynamodbStore({ client, tableName });
    const apply = () => store.apply(sampleOutcome(), (tx) => count('pay_1', tx));
    const results = await Promise.all([apply(), apply()]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['applied', 'duplicate']);
    expect(await counted('pay_1')).toBe(1);
  });

  /** The emulator runs one transaction at a time and never cancels one for another: so we say that it did. */
  const cancelledTimes = (times: number, code: string) => {
    let left = times;
    const pauses: number[] = [];
    const client = intercept('transactWrite', async (target, input) => {
      left -= 1;
      if (left < 0) return target.transactWrite(input);
      const reasons = { CancellationReasons: [{ Code: code }, { Code: 'None' }] };
      throw Object.assign(new Error(code), { name: 'TransactionCanceledException' }, reasons);
    });
    const sleep = async (ms: number) => void pauses.push(ms);
    return { client, pauses: { sleep, fraction: () => 0.5 }, slept: pauses };
  };

  it('tries again where its transaction met another one', async () => {
    const { client, pauses, slept } = cancelledTimes(3, 'TransactionConflict');
    const store = dynamodbStore({ client, pauses, tableName: await dynamodb.table() });
    expect(await store.apply(sampleOutcome(), () => undefined)).toEqual({ kind: 'applied' });
    expect(slept).toEqual([20, 40, 80]);
  });

  it('gives up after some tries, and applies when it is asked again', async () => {
    const { client, pauses } = cancelledTimes(6, 'ThrottlingError');
    const store = dynamodbStore({ client, pauses, tableName: await dynamodb.table() });
    await expect(store.apply(sampleOutcome(), () => undefined)).rejects.toThrow('ThrottlingError');
    expect(await store.apply(sampleOutcome(), () => undefined)).toEqual({ kind: 'applied' });
  });
});
