import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { commitWithOutcome } from '../../../lib/initiator/dynamodb.ts';
import { merchantId, transactionId } from '../../../lib/initiator/index.ts';
import { expectStatus } from '../../../lib/local/api-client.ts';
import {
  type LocalService,
  removeDirectory,
  type StartOptions,
  startService,
  temporaryDirectory,
} from '../../../test/support/local-service.ts';
import { childrenOf } from '../measure/processes.ts';
import { createLoadClient, type LoadClient } from './http-requests.ts';
import type { LoadTarget, Order, WatchedProcess } from './load-target.ts';

/** The service as `npm start -- --no-demo` runs it, on an empty data directory. */
export interface LoadedCloud {
  /** Records by HTTP: one order by PUT, several as a batch. */
  readonly api: LoadTarget;
  /** Records as an initiator that writes its outcomes into the table, each in a transaction of its own. */
  readonly outbox: LoadTarget;
  /** The running service. Another one after `killAndRestart`. */
  readonly service: LocalService;
  /** Kills it with SIGKILL, as a power cut would, and starts it again on the same data. */
  killAndRestart(): Promise<void>;
  /** Stops it and deletes its data. */
  stop(): Promise<void>;
}

/** The merchant that gets all orders. */
export const MERCHANT = merchantId('load');
const MAX_BATCH = 100;

/** Starts the local cloud in a process of its own. */
export async function startLoadedCloud(options: StartOptions = {}): Promise<LoadedCloud> {
  const dataDir = temporaryDirectory();
  const start = () => startService(dataDir, ['--no-demo'], options);
  let service = await start();
  const client = createLoadClient();
  let outbox = openOutbox(dataDir);
  const shared = {
    prepare: once((sinkUrl: string) => createMerchant(service, sinkUrl)),
    get processes() {
      return processesOf(service);
    },
  };
  return {
    api: targetOf(shared, {
      name: 'tidings',
      maxBatch: MAX_BATCH,
      record: (orders) => recordByApi(service, { client, orders }),
    }),
    outbox: targetOf(shared, {
      name: 'tidings outbox',
      maxBatch: 1,
      record: (orders) => outbox.record(orders),
    }),
    get service() {
      return service;
    },
    async killAndRestart() {
      outbox.close();
      await service.kill();
      service = await start();
      outbox = openOutbox(dataDir);
    },
    async stop() {
      outbox.close();
      await client.close();
      await service.stop();
      removeDirectory(dataDir);
    },
  };
}

type Shared = Pick<LoadTarget, 'prepare' | 'processes'>;

/** Reads `processes` anew at each use: a restart gives others. */
function targetOf(shared: Shared, own: Omit<LoadTarget, keyof Shared>): LoadTarget {
  return {
    ...own,
    prepare: shared.prepare,
    get processes() {
      return shared.processes;
    },
  };
}

function processesOf({ pid }: LocalService): readonly WatchedProcess[] {
  return [
    { name: 'local cloud', pid },
    ...childrenOf(pid).map((child) => ({ name: 'dynoxide', pid: child.pid })),
  ];
}

async function createMerchant({ api, adminKey }: LocalService, url: string): Promise<void> {
  expectStatus(await api(adminKey, 'POST /v1/merchants', { merchantId: MERCHANT, name: 'Load' }), 201);
  expectStatus(await api(adminKey, `POST /v1/merchants/${MERCHANT}/endpoints`, { url }), 201);
}

interface ApiRecord {
  readonly client: LoadClient;
  readonly orders: readonly Order[];
}

async function recordByApi({ credentials }: LocalService, { client, orders }: ApiRecord): Promise<void> {
  const url = `${credentials.api}/v1/merchants/${MERCHANT}/transactions`;
  const headers = {
    authorization: `Bearer ${credentials.initiatorKey}`,
    'content-type': 'application/json',
  };
  const [only] = orders;
  if (orders.length === 1 && only !== undefined) {
    const body = JSON.stringify(only.content);
    const { status, text } = await client.send({ method: 'PUT', url: `${url}/${only.id}`, headers, body });
    if (status !== 201 && status !== 200) throw new Error(`The API answered ${status}: ${text}`);
    return;
  }
  const transactions = orders.map(({ id, content }) => ({ transactionId: id, ...content }));
  const { status, text } = await client.send({
    method: 'POST',
    url,
    headers,
    body: JSON.stringify({ transactions }),
  });
  if (status !== 200) throw new Error(`The API answered ${status}: ${text}`);
  const { results } = JSON.parse(text) as { results: readonly { result: string }[] };
  const failed = results.find(({ result }) => result !== 'created' && result !== 'unchanged');
  if (failed !== undefined) throw new Error(`An outcome of a batch was refused: ${JSON.stringify(failed)}`);
}

/** An initiator in the service's account: it knows the table, and nothing of the API. */
function openOutbox(dataDir: string): Pick<LoadTarget, 'record'> & { close(): void } {
  const table = JSON.parse(readFileSync(join(dataDir, 'table.json'), 'utf8'));
  const { tableName, feedLagSeconds, endpoint, credentials } = table;
  const inner = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const documents = DynamoDBDocumentClient.from(inner);
  return {
    close: () => inner.destroy(),
    async record(orders) {
      for (const { id, content } of orders) {
        const own = {
          Put: {
            TableName: tableName,
            Item: { pk: `OWN#${id}`, sk: 'OWN', isPaid: true },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        };
        const outcome = { ...content, merchantId: MERCHANT, transactionId: transactionId(id) };
        const options = { tableName, feedLagSeconds, transactItems: [own], outcome };
        const result = await commitWithOutcome(documents, options);
        if (result.kind !== 'committed') throw new Error(`An outcome was not committed: ${result.kind}`);
      }
    },
  };
}

/** Both ways to record share one merchant. */
function once<Argument>(work: (argument: Argument) => Promise<void>): (argument: Argument) => Promise<void> {
  let running: Promise<void> | undefined;
  return (argument) => {
    running ??= work(argument);
    return running;
  };
}
