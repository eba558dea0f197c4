import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  committedMark,
  type EndOfTransaction,
  endOrRollBack,
  type Mark,
  readMarkOf,
  rolledBackMark,
} from '../../../lib/initiator/dynamodb.ts';
import { merchantId, transactionId } from '../../../lib/initiator/index.ts';
import {
  CREATE_MARKS_TABLE,
  committedMarkSql,
  endOrRollBackSql,
  type SqlConnection,
} from '../../../lib/initiator/sql.ts';
import { type DynamoDbTable, startDynamoDbUnderTest } from '../../adapters/support/emulators.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { ownItems } from '../outbox/own-items.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

const END: EndOfTransaction = {
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:59:58.000Z',
  reason: { code: 'ok', message: '' },
};

/** An initiator's database with a local transaction that leaves an effect, and a check that may come at any time. */
interface Participant {
  /** Runs the local transaction; false where it was refused, and then nothing of it stands. */
  commitLocally(id: string): Promise<boolean>;
  check(id: string): Promise<Mark>;
  effects(id: string): Promise<number>;
}

/** A step of the story: which of the two begins. */
const steps = fc.array(fc.constantFrom('commit', 'check'), { minLength: 1, maxLength: 6 });

function describeMarks(name: string, open: () => Participant): void {
  describe(`the first writer, on ${name},`, () => {
    it('is the local transaction: the check tells its end', async () => {
      const participant = open();
      expect(await participant.commitLocally('pay_1')).toBe(true);
      expect(await participant.check('pay_1')).toEqual({ kind: 'committed', end: END });
      expect(await participant.effects('pay_1')).toBe(1);
    });

    it('is the check: the local transaction that comes late is refused as a whole', async () => {
      const participant = open();
      expect(await participant.check('pay_1')).toEqual({ kind: 'rolled_back' });
      expect(await participant.commitLocally('pay_1')).toBe(false);
      expect(await participant.effects('pay_1')).toBe(0);
      expect(await participant.check('pay_1')).toEqual({ kind: 'rolled_back' });
    });

    it('decides for ever, in any order, one after the other or at once', async () => {
      const participant = open();
      let count = 0;
      await fc.assert(
        fc.asyncProperty(steps, fc.boolean(), async (sequence, isAtOnce) => {
          count += 1;
          const id = `pay_${count}`;
          const run = (step: string) =>
            step === 'commit' ? participant.commitLocally(id) : participant.check(id);
          const seen: (Mark | boolean)[] = [];
          if (isAtOnce) seen.push(...(await Promise.all(sequence.map(run))));
          else for (const step of sequence) seen.push(await run(step));

          const commits = seen.filter((one) => one === true).length;
          const marks = seen.filter((one) => typeof one === 'object').map(({ kind }) => kind);
          const last = await participant.check(id);
          // Never both, and never another answer than before.
          expect(new Set([...marks, last.kind]).size).toBe(1);
          expect(commits).toBe(last.kind === 'committed' ? 1 : 0);
          expect(await participant.effects(id)).toBe(commits);
        }),
        { numRuns: 80 },
      );
    });
  });
}

describe('marks in DynamoDB', () => {
  let table: DynamoDbTable;
  const inner = new DynamoDBClient({ maxAttempts: 3 });
  const client = DynamoDBDocumentClient.from(inner);
  afterAll(() => inner.destroy());
  beforeEach(async () => {
    table = await dynamodb.open();
  });
  afterEach(() => table.close());
  const placeOf = (id: string) => ({ tableName: table.table.name, key: { pk: `MARK#${id}`, sk: 'MARK' } });

  describeMarks('DynamoDB', () => {
    const own = ownItems({ name: table.table.name, documents: table.sdk });
    return {
      effects: own.effects,
      check: (id) => endOrRollBack(client, placeOf(id)),
      async commitLocally(id) {
        const TransactItems = [own.count(id), committedMark(placeOf(id), END)];
        try {
          await client.send(new TransactWriteCommand({ TransactItems }));
          return true;
        } catch (error) {
          expect(error).toMatchObject({ name: 'TransactionCanceledException' });
          return false;
        }
      },
    };
  });

  it('can be rolled back as a part of a transaction, too', async () => {
    const place = placeOf('pay_1');
    await client.send(new TransactWriteCommand({ TransactItems: [rolledBackMark(place)] }));
    expect(await readMarkOf(client, place)).toEqual({ kind: 'rolled_back' });
    expect(await readMarkOf(client, placeOf('pay_2'))).toBeUndefined();
  });

  it('conclude nothing from what is no mark, nor while the table is away', async () => {
    const { tableName, key } = placeOf('pay_1');
    await client.send(
      new PutCommand({ TableName: tableName, Item: { ...key, mark: 'committed', end: '{}' } }),
    );
    await expect(endOrRollBack(client, placeOf('pay_1'))).rejects.toMatchObject({
      code: 'unexpected_answer',
    });
    await expect(endOrRollBack(client, { tableName: 'no-such-table', key })).rejects.toThrow();
  });

  it('are refused an invalid end, and a key that is theirs', () => {
    expect(() => committedMark(placeOf('pay_1'), { ...END, amount: -1 })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
    for (const key of [{}, { mark: 'a' }, { end: 'a' }]) {
      expect(() => rolledBackMark({ tableName: 't', key })).toThrow(
        expect.objectContaining({ code: 'invalid_option' }),
      );
    }
  });
});

describe('marks in SQL', () => {
  const keyOf = (id: string) => ({ merchantId: merchantId('shop'), transactionId: transactionId(id) });

  const connectionOf = (database: DatabaseSync): SqlConnection => ({
    run: ({ sql, values }) => database.prepare(sql).run(...values),
    first: ({ sql, values }) => database.prepare(sql).get(...values),
  });

  describeMarks('SQLite', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(CREATE_MARKS_TABLE);
    database.exec(CREATE_MARKS_TABLE);
    database.exec('CREATE TABLE effects (id TEXT)');
    const connection = connectionOf(database);
    return {
      async effects(id) {
        return Number(database.prepare('SELECT count(*) AS n FROM effects WHERE id = ?').get(id)?.n);
      },
      check: (id) => endOrRollBackSql(connection, keyOf(id)),
      async commitLocally(id) {
        const { sql, values } = committedMarkSql(keyOf(id), END);
        database.exec('BEGIN');
        try {
          database.prepare('INSERT INTO effects (id) VALUES (?)').run(id);
          database.prepare(sql).run(...values);
          database.exec('COMMIT');
          return true;
        } catch (error) {
          database.exec('ROLLBACK');
          expect(String(error)).toContain('UNIQUE');
          return false;
        }
      },
    };
  });

  it.each([
    ['COMMIT', { kind: 'committed', end: END }],
    ['ROLLBACK', { kind: 'rolled_back' }],
  ])(
    'conclude nothing while the local transaction is open, and the truth after its %s',
    async (end, mark) => {
      const directory = temporaryDirectory();
      const open = () => new DatabaseSync(join(directory, 'orders.sqlite'), { timeout: 0 });
      const [local, checking] = [open(), open()];
      local.exec(CREATE_MARKS_TABLE);
      local.exec('BEGIN');
      const { sql, values } = committedMarkSql(keyOf('pay_1'), END);
      local.prepare(sql).run(...values);
      const check = () => endOrRollBackSql(connectionOf(checking), keyOf('pay_1'));
      await expect(check()).rejects.toThrow('locked');
      local.exec(end);
      expect(await check()).toEqual(mark);
      for (const database of [local, checking]) database.close();
      removeDirectory(directory);
    },
  );

  it('conclude nothing where a mark cannot be read', async () => {
    const none: SqlConnection = { run: () => undefined, first: () => undefined };
    await expect(endOrRollBackSql(none, keyOf('pay_1'))).rejects.toMatchObject({ code: 'unavailable' });
    const away: SqlConnection = {
      run: () => {
        throw new Error('locked');
      },
      first: () => undefined,
    };
    await expect(endOrRollBackSql(away, keyOf('pay_1'))).rejects.toThrow('locked');
  });

  it('are kept for each merchant, and only under ids', () => {
    expect(() => committedMarkSql({ ...keyOf('a'), transactionId: 'a b' as never }, END)).toThrow(
      expect.objectContaining({ code: 'invalid_id' }),
    );
  });
});
