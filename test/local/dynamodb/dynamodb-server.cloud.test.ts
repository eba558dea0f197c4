import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Agent } from 'undici';
import { expect, it } from 'vitest';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import { startDynamoDb } from '../../../lib/local/dynamodb/dynamodb-server.ts';
import { eventually } from '../../support/eventually.ts';
import { useLocalCloud } from '../fixture/harness.ts';

const fixture = await useLocalCloud();

/** Kills the emulator of a data directory once it is another than `before`. */
async function killDynoxide(dataDir: string, before = 0): Promise<number> {
  const pid = () => Number(readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8'));
  await eventually(pid, (seen) => expect(seen).not.toBe(before));
  const found = pid();
  process.kill(found, 'SIGKILL');
  return found;
}

it('is started again on the same data and port where it dies, and says so', async () => {
  const { cloud, lines, result, dataDir } = await start();
  await fetch(`${cloud.apiUrl}/things/before`, { method: 'PUT', body: '{}' });
  await eventually(
    () => result('before'),
    (seen) => expect(seen).toMatchObject({ runs: 1 }),
  );
  await killDynoxide(dataDir);
  await eventually(
    () => lines.filter(({ source }) => source === 'dynamodb'),
    (seen) => expect(seen).toHaveLength(1),
  );
  await eventually(
    () => fetch(`${cloud.apiUrl}/things/after`, { method: 'PUT', body: '{}' }).then(({ ok }) => ok),
    (seen) => expect(seen).toBe(true),
  );
  await eventually(
    () => result('after'),
    (seen) => expect(seen).toMatchObject({ runs: 1 }),
  );
  expect(await result('before')).toMatchObject({ runs: 1 });
});

it('is given up with a message where it dies again and again', async () => {
  const dataDir = fixture.newDataDir();
  mkdirSync(dataDir, { recursive: true });
  const lines: string[] = [];
  const server = await startDynamoDb(dataDir, ({ line }) => lines.push(line));
  try {
    let pid = 0;
    for (let kills = 0; kills < 6; kills += 1) pid = await killDynoxide(dataDir, pid);
    expect(await server.broken).toMatchObject({ code: 'dynamodb_unavailable' });
    expect(lines).toHaveLength(5);
  } finally {
    await server.stop();
  }
});

it('does not start on a file that is no database, and says so', async () => {
  const dataDir = fixture.newDataDir();
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'dynamodb.sqlite');
  writeFileSync(path, 'not a database at all, though as long as the head of one '.repeat(20));
  await expect(startDynamoDb(dataDir, () => undefined)).rejects.toMatchObject({
    code: 'data_dir_damaged',
    message: expect.stringContaining(`${path} is damaged.`),
  });
});

it('does not run on where its file cannot get our index', async () => {
  const dataDir = fixture.newDataDir();
  mkdirSync(dataDir, { recursive: true });
  const server = await startDynamoDb(dataDir, () => undefined);
  await server.stop();
  const database = new DatabaseSync(server.databasePath);
  database.exec('DROP INDEX tidings_stream_order; CREATE TABLE tidings_stream_order (id)');
  database.close();
  await expect(startDynamoDb(dataDir, () => undefined)).rejects.toThrow('tidings_stream_order');
  expect(existsSync(join(dataDir, 'dynamodb.pid'))).toBe(false);
});

it('ends for good when it is stopped, and not before', async () => {
  const dataDir = fixture.newDataDir();
  mkdirSync(dataDir, { recursive: true });
  const server = await startDynamoDb(dataDir, () => undefined);
  const connections = new Agent();
  const call = awsClient('dynamodb', server.endpoint, { connections });
  await killDynoxide(dataDir);
  await eventually(
    () => call('ListTables', {}).catch(() => undefined),
    (seen) => expect(seen).toEqual({ TableNames: [] }),
  );
  await server.stop();
  await expect(call('ListTables', {})).rejects.toThrow();
  await connections.close();
});

async function start() {
  const dataDir = fixture.newDataDir();
  return { ...(await fixture.start({ dataDir })), dataDir };
}
