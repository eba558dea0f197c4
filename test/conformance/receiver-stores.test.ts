import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { dynamodbStore } from '../../lib/receiver/stores/dynamodb.ts';
import { sqliteStore } from '../../lib/receiver/stores/sqlite.ts';
import { sampleOutcome } from '../../lib/receiver/testing/index.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { describeReceiverStore } from './suites/receiver-store.ts';
import { openMemoryStore, openSqliteStore, startDynamoDbStores } from './support/receiver-stores.ts';

const dynamodb = await startDynamoDbStores();
afterAll(() => dynamodb.stop());

describeReceiverStore('memory', async () => openMemoryStore());
describeReceiverStore('SQLite', async () => openSqliteStore());
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

  /** The emulator runs one transaction at a time and never cancels one for another: so we say that it did. */
  const cancelledTimes = (times: number, code: string) => {
    let left = times;
    const pauses: number[] = [];
    const client = new Proxy(dynamodb.client, {
      get(target, name) {
        if (name !== 'transactWrite') return Reflect.get(target, name).bind?.(target);
        return async (input: Parameters<typeof target.transactWrite>[0]) => {
          left -= 1;
          if (left < 0) return target.transactWrite(input);
          const reasons = { CancellationReasons: [{ Code: code }, { Code: 'None' }] };
          throw Object.assign(new Error(code), { name: 'TransactionCanceledException' }, reasons);
        };
      },
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
