import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Api, createApi, expectStatus } from '../../lib/local/api-client.ts';
import { type Credentials, readCredentials } from '../../lib/local/credentials.ts';
import type { TableAccess } from './tidings-calls.ts';

/** The service that lessons use, with a merchant of their own. */
export interface Surroundings {
  /** Environment variables for lessons. */
  readonly environment: Readonly<Record<string, string>>;
  /** Access to the service's DynamoDB. */
  readonly table: TableAccess;
  /** The transaction's status, asked with the merchant's key. Undefined if there is no such transaction. */
  ask(transactionId: string): Promise<string | undefined>;
}

/** Seconds between attempts. Short, so that lessons need not wait. */
const SCHEDULE = [1, 1, 1, 2, 2, 3, 5, 5, 10, 10];

/** Creates a merchant on the service of this data directory. */
export async function surroundingsIn(dataDir: string): Promise<Surroundings> {
  const credentials = readCredentials(dataDir);
  if (credentials === undefined) throw new Error(`No service runs from ${dataDir}.`);
  const { api: url, adminKey, initiatorKey } = credentials;
  const api = createApi(url);
  const merchantId = `examples-${Date.now().toString(36)}`;
  const merchant = { merchantId, name: 'Merchant of the examples', schedule: SCHEDULE };
  const { secret } = expectStatus(await api(adminKey, 'POST /v1/merchants', merchant), 201).json;
  const keys = `POST /v1/merchants/${merchantId}/keys`;
  const receiverKey: string = expectStatus(await api(adminKey, keys, { scope: 'receiver' }), 201).json.key;
  const table = JSON.parse(readFileSync(join(dataDir, 'table.json'), 'utf8')) as TableAccess;
  return {
    environment: {
      TIDINGS_API: url,
      TIDINGS_KEY: initiatorKey,
      TIDINGS_MERCHANT: merchantId,
      TIDINGS_MERCHANT_SECRET: secret,
      TIDINGS_RECEIVER_KEY: receiverKey,
      TIDINGS_TABLE: JSON.stringify(table),
    },
    table,
    ask: async (transactionId) => {
      const answer = expectStatus(await api(receiverKey, `GET /v1/transactions/${transactionId}`), 200, 404);
      return answer.status === 404 ? undefined : (answer.json.status as string);
    },
  };
}

/** Whether a service that was started from this directory answers. */
export async function isServing(dataDir: string): Promise<boolean> {
  const credentials = readCredentials(dataDir);
  return credentials !== undefined && existsSync(join(dataDir, 'table.json')) && (await answers(credentials));
}

async function answers({ api: url, adminKey }: Credentials): Promise<boolean> {
  const api: Api = createApi(url);
  return api(adminKey, 'GET /v1/merchants/nobody/transactions/nothing').then(
    ({ status }) => status === 404,
    () => false,
  );
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A service started for this run. Its data directory is deleted when it stops. */
export interface OwnService {
  readonly dataDir: string;
  stop(): Promise<void>;
}

export async function startOwnService(): Promise<OwnService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidings-examples-'));
  const child = spawn(process.execPath, ['bin/local.ts', '--no-demo', '--port', '0', '--data-dir', dataDir], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C on this terminal must reach only this process. It stops the service when it is done.
    detached: true,
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGINT');
    await exited;
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await ready(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { dataDir, stop };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  const output: string[] = [];
  child.stderr.on('data', (text) => output.push(String(text)));
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('Tidings ready: ')) continue;
    child.stdout.resume();
    return;
  }
  throw new Error(`The service did not start:\n${output.join('')}`);
}
