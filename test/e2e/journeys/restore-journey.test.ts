import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SQSClient } from '@aws-sdk/client-sqs';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeadLetterQueue } from '../../../lib/adapters/queues/redrive.ts';
import { createReceiver, type Receiver, toNodeHandler } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { backedUp, type Row, restoreTable } from '../../support/running/restored-table.ts';
import { NO_FAULTS, type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { payment } from '../../support/world.ts';

const ENVIRONMENT = {
  TIDINGS_ALLOW_LOOPBACK: 'true',
  TIDINGS_ONE_CLOCK: 'true',
  TIDINGS_FEED_LAG_SECONDS: '3',
  TIDINGS_WINDOW_SECONDS: '2',
  TIDINGS_AUDIT_AFTER_SECONDS: '2',
};
/** A retry each second, and enough of them that none is exhausted on a slow machine. */
const SCHEDULE = Array(30).fill(1) as number[];
const SINCE = `${new Date().toISOString().slice(0, 'YYYY-MM-DDTHH'.length)}:00:00Z`;
const HOUR_MS = 3_600_000;

const KEPT = ['kept_0', 'kept_1', 'kept_2'];
/** Recorded before the backup, while the receiver refused them. */
const AWAY = ['away_0', 'away_1'];
/** Recorded and delivered after the backup. */
const LOST = ['lost_0', 'lost_1', 'lost_2'];
/** Recorded after the backup, and not delivered before the restore. */
const LATE = 'late_0';
/** Prepared before the backup, and ended after it. */
const PREPARED = 'prepared_0';

/** A receiver built with the kit, and an initiator that is asked how its transactions ended. */
class Outside {
  readonly effects = new Map<string, number>();
  readonly conflicts = new Set<string>();
  isAway = false;
  receiver: Receiver | undefined;
  #server: Server | undefined;
  url = '';

  async open(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param apiUrl the service has another address after each start */
  connect(
    apiUrl: string,
    keys: { readonly endpoint: string; readonly merchant: string; readonly key: string },
  ) {
    this.receiver = createReceiver({
      merchantId: 'alpha',
      secrets: keys.endpoint,
      store: this.#store,
      onOutcome: ({ transactionId }) => {
        this.effects.set(transactionId, (this.effects.get(transactionId) ?? 0) + 1);
      },
      onConflict: ({ kind, applied }) => void this.conflicts.add(`${kind} ${applied.transactionId}`),
      onEvent: () => undefined,
      service: { url: apiUrl, key: keys.key, merchantSecrets: keys.merchant, since: SINCE },
    });
  }
  readonly #store = memoryStore();

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/hooks') {
      if (this.isAway) response.writeHead(503).end();
      else await toNodeHandler(this.#receiver().handle)(request, response);
      return;
    }
    const { status, amount, currency, occurredAt } = payment();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status, amount, currency, occurredAt }));
  }

  #receiver(): Receiver {
    if (this.receiver === undefined) throw new Error('There is no receiver yet.');
    return this.receiver;
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

describe('a table that is restored to an earlier time, while queues, files and receivers are those of now', () => {
  const dataDir = temporaryDirectory();
  const outside = new Outside();
  let service: ServiceCloud;
  let initiatorKey: string;
  let keys: { readonly endpoint: string; readonly merchant: string; readonly key: string };
  let backup: readonly Row[];

  const start = async () => {
    service = await startServiceCloud({
      dataDir,
      environment: ENVIRONMENT,
      faults: NO_FAULTS,
      jobs: ['Sweep', 'Close', 'Audit'],
    });
  };
  const record = async (transactionId: string, changes: object = {}) => {
    const path = `PUT /v1/merchants/alpha/transactions/${transactionId}`;
    return (await service.api(initiatorKey, path, payment(changes))).status;
  };
  const stateOf = async (transactionId: string): Promise<string> => {
    const { status, json } = await service.api(keys.key, `GET /v1/transactions/${transactionId}`);
    const states = json.notifications?.map(({ state }: { readonly state: string }) => state).join();
    return status === 200 ? `${json.status} ${states}` : json.code;
  };
  const becomes = (transactionId: string, state: string) =>
    eventually(
      () => stateOf(transactionId),
      (now) => expect(now, transactionId).toBe(state),
    );
  const notificationOf = async (id: string) => {
    const { documents, TableName } = service;
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
      ExpressionAttributeValues: { ':pk': `T#alpha#${id}`, ':kind': 'N#' },
    });
    return (await documents.send(query)).Items?.[0];
  };
  const makeLate = async (row: Row | undefined) => {
    const { documents, TableName } = service;
    await documents.send(new PutCommand({ TableName, Item: { ...row, ...late(row?.nextAttemptAt) } }));
  };
  const queueUrl = (name: string) => service.cloud.resources.find(name, 'AWS::SQS::Queue').url ?? '';
  const letters = async (isDry: boolean) => {
    const { endpoints, credentials } = service.cloud;
    const sqs = new SQSClient({ endpoint: endpoints.sqs, region: 'us-east-1', credentials });
    const found: string[] = [];
    const queue = createDeadLetterQueue({
      sqs,
      deadLetterUrl: queueUrl('TidingsDeadLetters'),
      back: { queue: 'lanes', retry: queueUrl('TidingsRetryLane'), check: queueUrl('TidingsCheckLane') },
      now: Date.now,
      onLetter: ({ message, reason }) => void found.push(`${message?.transactionId} ${reason}`),
    });
    const noEnd = Number.POSITIVE_INFINITY;
    if (isDry) await queue.look(noEnd);
    else await queue.redrive({ limit: noEnd, beforeMs: Date.now(), deadlineMs: noEnd });
    sqs.destroy();
    return found;
  };
  const closedBeyond = async (timeMs: number) => {
    const look = async () =>
      (await service.api(keys.key, `GET /v1/windows?from=${SINCE}&resolution=day`)).json.closedThrough;
    await eventually(look, (through) => expect(Date.parse(through)).toBeGreaterThan(timeMs));
  };

  beforeAll(async () => {
    await outside.open();
    await start();
    const { create } = service;
    const merchant = await create('POST /v1/merchants', {
      merchantId: 'alpha',
      name: 'Alpha',
      schedule: SCHEDULE,
    });
    const endpoint = await create('POST /v1/merchants/alpha/endpoints', { url: `${outside.url}/hooks` });
    const { key } = await create('POST /v1/merchants/alpha/keys', { scope: 'receiver' });
    initiatorKey = (await create('POST /v1/keys', { scope: 'initiator' })).key;
    keys = { endpoint: endpoint.secret, merchant: merchant.secret, key };
    outside.connect(service.cloud.apiUrl, keys);
  });
  afterAll(async () => {
    await service.stop();
    outside.close();
    removeDirectory(dataDir);
  });

  it('was backed up while some notifications were open, and went on', async () => {
    for (const id of KEPT) expect(await record(id)).toBe(201);
    for (const id of KEPT) await becomes(id, 'SUCCEEDED delivered');
    outside.isAway = true;
    for (const id of AWAY) expect(await record(id)).toBe(201);
    const checkBack = { url: `${outside.url}/check`, afterSeconds: 600 };
    expect(await record(PREPARED, { status: 'PENDING', checkBack })).toBe(201);
    for (const id of AWAY) await becomes(id, 'SUCCEEDED retrying');
    backup = await backedUp(service.documents, service.TableName);

    outside.isAway = false;
    for (const id of [...LOST, PREPARED]) expect(await record(id)).toBe(201);
    for (const id of [...AWAY, ...LOST, PREPARED]) await becomes(id, 'SUCCEEDED delivered');
    await closedBeyond(Date.now());
    expect(await outside.receiver?.reconcile()).toMatchObject({ applied: 0, conflicts: 0, unsettled: 0 });
    outside.isAway = true;
    expect(await record(LATE)).toBe(201);
    await becomes(LATE, 'SUCCEEDED retrying');
    await service.stop();
  });

  it('goes on from where it was: what it knows is delivered, even where a notification is missing in it', async () => {
    outside.isAway = false;
    await restoreTable(dataDir, anHourLater(backup));
    await start();
    outside.connect(service.cloud.apiUrl, keys);
    // The audit makes what is missing. The sweep sends it when it is three minutes late.
    await makeLate(await eventually(() => notificationOf('kept_0'), made));
    for (const id of [...KEPT, ...AWAY]) await becomes(id, 'SUCCEEDED delivered');
    // The initiator is asked again how it ended.
    await becomes(PREPARED, 'SUCCEEDED delivered');
    for (const id of LOST) expect(await stateOf(id)).toBe('unknown_transaction');
  });

  it('puts messages aside whose outcomes it does not know', async () => {
    await eventually(
      () => letters(true),
      (found) => expect(found).toEqual([`${LATE} unknown_outcome`]),
    );
  });

  it('is compared with the receiver, which learns which outcomes the service no longer knows', async () => {
    await closedBeyond(Date.now());
    expect(await outside.receiver?.compare({ from: SINCE })).toMatchObject({ isEqual: false });
    await outside.receiver?.reconcile({ from: SINCE });
    expect([...outside.conflicts]).toEqual(expect.arrayContaining(LOST.map((id) => `unknown_there ${id}`)));
  });

  it('knows them again when initiators record all since the backup once more, and nothing is applied twice', async () => {
    for (const id of [...KEPT, ...AWAY]) expect(await record(id)).toBe(200);
    for (const id of [...LOST, LATE]) expect(await record(id)).toBe(201);
    for (const id of [...LOST, LATE]) await becomes(id, 'SUCCEEDED delivered');
    expect(await letters(false)).toEqual([`${LATE} unknown_outcome`]);
    await eventually(
      () => letters(true),
      (found) => expect(found).toEqual([]),
    );
    // The same contents with other times: the receiver decides, and nothing is applied again.
    expect([...outside.conflicts].filter((one) => one.startsWith('contents'))).toEqual(
      expect.arrayContaining(LOST.map((id) => `contents ${id}`)),
    );
    const all = [...KEPT, ...AWAY, ...LOST, PREPARED, LATE];
    expect(Object.fromEntries(outside.effects)).toEqual(Object.fromEntries(all.map((id) => [id, 1])));
  });
});

/**
 * The backup, an hour after it was made, and with what the items of a backup may be apart: the audit's marks are older than
 * the rows, and the notification of one outcome is missing.
 */
function anHourLater(rows: readonly Row[]): readonly Row[] {
  return rows
    .filter(({ sk }) => sk !== 'AUDITED')
    .filter(({ pk, sk }) => !(String(pk).endsWith('kept_0') && String(sk).startsWith('N#')))
    .map((row) => ({ ...row, ...late(row.nextAttemptAt) }));
}

function late(nextAttemptAt: unknown): { readonly nextAttemptAt?: string } {
  if (typeof nextAttemptAt !== 'string') return {};
  return { nextAttemptAt: new Date(Date.parse(nextAttemptAt) - HOUR_MS).toISOString() };
}

function made(row: Row | undefined): void {
  expect(row).toMatchObject({ state: 'pending' });
}
