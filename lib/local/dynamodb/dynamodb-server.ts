import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { LocalCloudError, messageOf } from '../errors.ts';
import type { Log } from '../logging/log.ts';
import { PID_FILE } from '../storage/data-directory.ts';
import { type DynoxidePlace, type DynoxideProcess, endOrphan, launchDynoxide } from './process.ts';
import { indexStreamRecords } from './stream-records.ts';

/** The embedded DynamoDB emulator. */
export interface DynamoDbServer {
  readonly endpoint: string;
  /** dynoxide's SQLite file. */
  readonly databasePath: string;
  /** Resolves when dynoxide ended too often and is not restarted any more. Never resolves after `stop`. */
  readonly broken: Promise<LocalCloudError>;
  stop(): Promise<void>;
}

/** Maximum restarts in a row. A process that ran for a while resets the count. */
const MAX_RESTARTS = 5;
/** Maximum ports that are tried at the start. */
const MAX_LAUNCHES = 5;
const SETTLED_MS = 60_000;
const LOOPBACK = '127.0.0.1';

/**
 * Starts dynoxide on `<dataDir>/dynamodb.sqlite`. If it dies, it is restarted on the same data and port: written data
 * is in the file, and clients retry. A process of an earlier run can outlive its parent's SIGKILL and still hold the
 * file, so it is ended first.
 * @throws LocalCloudError `dynamodb_unavailable` with the output of the process
 */
export async function startDynamoDb(dataDir: string, log: Log): Promise<DynamoDbServer> {
  const databasePath = resolve(dataDir, 'dynamodb.sqlite');
  const pidPath = join(dataDir, PID_FILE);
  await endOrphan({ pidPath, databasePath });
  const broken = Promise.withResolvers<LocalCloudError>();
  const { place, process: first } = await launchSomewhere({ databasePath, pidPath });
  let running = first;
  try {
    indexStreamRecords(databasePath);
  } catch (error) {
    await first.end();
    throw error;
  }
  let stopping = false;

  async function keepAlive(): Promise<void> {
    let how = await running.ended;
    for (let restarts = 1; !stopping; restarts += 1) {
      if (restarts > MAX_RESTARTS) return broken.resolve(givenUp(how));
      log({
        source: 'dynamodb',
        stream: 'event',
        line: `The DynamoDB emulator stopped unexpectedly (${how}). Restarting it.`,
      });
      const sinceMs = Date.now();
      const next = await launchDynoxide(place).catch((error: unknown) => messageOf(error));
      if (typeof next === 'string') {
        how = next;
        continue;
      }
      running = next;
      // Stopped during the start: nothing else has a reference to this process.
      if (stopping) return running.end();
      how = await running.ended;
      if (Date.now() - sinceMs > SETTLED_MS) restarts = 0;
    }
  }

  const kept = keepAlive();
  return {
    endpoint: `http://${place.host}:${place.port}`,
    databasePath,
    broken: broken.promise,
    stop: async () => {
      stopping = true;
      await running.end();
      await kept;
    },
  };
}

/**
 * Launches on a free port. Between the choice of a port and its use another process may take it, and dynoxide then refuses to
 * start; so another port is tried.
 */
async function launchSomewhere(
  files: Pick<DynoxidePlace, 'databasePath' | 'pidPath'>,
): Promise<{ readonly place: DynoxidePlace; readonly process: DynoxideProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const place = { ...files, ...(await freePlace()) };
    try {
      return { place, process: await launchDynoxide(place) };
    } catch (error) {
      if (attempt === MAX_LAUNCHES || !messageOf(error).includes('already in use')) throw error;
    }
  }
}

function givenUp(how: string): LocalCloudError {
  return new LocalCloudError(
    'dynamodb_unavailable',
    `The DynamoDB emulator stops repeatedly: ${how}. Acknowledged data is in the data directory. ` +
      'Run the command again.',
  );
}

/**
 * Chooses host and port. dynoxide itself does not authenticate. Linux treats every address of 127.0.0.0/8 as
 * loopback, so a random one is used, which no page in a browser can find. Other systems have 127.0.0.1 only.
 */
async function freePlace(): Promise<Pick<DynoxidePlace, 'host' | 'port'>> {
  if (process.platform !== 'linux') return { host: LOOPBACK, port: await freePort(LOOPBACK) };
  const host = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(2, 255)}`;
  return { host, port: await freePort(host) };
}

async function freePort(host: string): Promise<number> {
  return await new Promise((settle, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => settle(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
