import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sqliteStore } from '../../../lib/receiver/stores/sqlite.ts';
import { sampleOutcome } from '../../../lib/receiver/testing/index.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => removeDirectory(directory));

it('a store opens the file that it is given, and applies in one transaction with what is written through it', async () => {
  const file = join(directory, 'shop.db');
  const apply = () =>
    sqliteStore(file).apply(sampleOutcome(), (db) => {
      db.exec("CREATE TABLE payments (id TEXT); INSERT INTO payments VALUES ('pay_1')");
    });
  expect([await apply(), await apply()]).toEqual([{ kind: 'applied' }, { kind: 'duplicate' }]);
  const { count } = new DatabaseSync(file).prepare('SELECT COUNT(*) AS count FROM payments').get() ?? {};
  expect(count).toBe(1);
});

it.each([
  [
    'a folder that is not there',
    () => join(directory, 'none/shop.db'),
    /^sqliteStore cannot open .*none\/shop\.db: /,
  ],
  ['an empty path', () => '', /^The database of sqliteStore is not an object, but a string\.$/],
  ['nothing', () => undefined as never, /^The database of sqliteStore is missing\.$/],
])('a store refuses %s when it is made', (_, database, message) => {
  expect(() => sqliteStore(database())).toThrow(
    expect.objectContaining({ code: 'invalid_option', message: expect.stringMatching(message) }),
  );
});
