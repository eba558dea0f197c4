import { createHttpSender, type HttpSender } from '../../lib/adapters/http/http-sender.ts';
import { systemRandom as random, systemClock } from '../../lib/adapters/system.ts';
import { createApp } from '../../lib/api/api-app.ts';
import { endpointRoutes } from '../../lib/api/endpoints/endpoints-routes.ts';
import { keyRoutes } from '../../lib/api/keys/keys-routes.ts';
import { merchantRoutes } from '../../lib/api/merchants/merchants-routes.ts';
import { recordingRoutes } from '../../lib/api/transactions/record-routes.ts';
import { auditPartitions } from '../../lib/core/bookkeeping/audit.ts';
import { closePartitions } from '../../lib/core/bookkeeping/close.ts';
import { statePartitions } from '../../lib/core/bookkeeping/statements/make-statements.ts';
import { countWrites } from '../../lib/core/counts/count-writes.ts';
import type { StreamedWrite } from '../../lib/core/counts/counted-writes.ts';
import type { Sender } from '../../lib/core/deliver/attempt/sender.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import { handleMessage } from '../../lib/core/deliver/messages.ts';
import { createRateLimiter } from '../../lib/core/deliver/rate/rate-limiter.ts';
import { runJobs } from '../../lib/core/deliver/redelivery/run-jobs.ts';
import { relay } from '../../lib/core/deliver/relay.ts';
import { sweepAll } from '../../lib/core/deliver/sweep.ts';
import { windowStart } from '../../lib/core/feed/window.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import { LEAD_OF_ONE_CLOCK } from '../../lib/core/merchants/dated-writes.ts';
import { createAuthenticator } from '../../lib/core/merchants/keys/access-keys.ts';
import type { Outcome, TransactionKey } from '../../lib/core/model.ts';
import { createAnswerSigner } from '../../lib/core/query/answer-signer.ts';
import type { Reporter } from '../../lib/core/runtime/environment.ts';
import { MINUTE_MS, SECOND_MS } from '../../lib/core/time.ts';
import type { TerminalContent } from '../../lib/initiator/recorded-outcome.ts';
import type { DynamoDbTable, DynamoDbUnderTest } from '../../test/adapters/support/emulators.ts';
import { openInitiator } from './cost-initiator.ts';
import { type MeteredLanes, openLanes } from './cost-lanes.ts';
import { type Meter, meterClient, meteredFiles } from './meter.ts';
import { createMeteredReporter } from './metered-reporter.ts';
import { watchCounted, watchInserts } from './watched-writes.ts';

/** As in the template. */
export const RELAY_BATCH = 100;
const DELIVER_BATCH = 10;
/** Attempts of a minute in one shard: at one a second, and at higher rates at least. */
const COUNT_BATCH = { alone: 60, full: 1_000 };
export const WINDOW_SECONDS = 300;
const FEED_LAG_SECONDS = 30;
const AUDIT_AFTER_SECONDS = 900;
const SHARES = [0, 4, 8, 12].map((first) => [first, first + 1, first + 2, first + 3]);
const ROOT_SECRET = 'rootsecretrootsecretrootsecret';

/**
 * The use cases on the real DynamoDB adapters, wired as in the functions: each has its own caches and health. The clock
 * stands still unless the benchmark moves it. Only the time of sender and receiver is real.
 */
export interface MeteredService {
  readonly table: DynamoDbTable;
  readonly lanes: MeteredLanes;
  readonly time: { nowMs: number };
  /** Creates a merchant and its endpoint. Not counted. */
  openMerchant(merchantId: string, settings: { readonly url: string }): Promise<void>;
  /** Records by HTTP. */
  record(key: TransactionKey, content: object): Promise<void>;
  /** Records in the initiator's own transaction. */
  commit(key: TransactionKey, content: TerminalContent): Promise<void>;
  /** Relays what was recorded since the last call, in batches of the stream. */
  relayAll(): Promise<void>;
  /** Counts the attempts that were stored since the last call, in batches of the stream. */
  countAll(): Promise<void>;
  /** Delivers what is due now, in batches of the queue. */
  deliverDue(): Promise<void>;
  sweep(): Promise<void>;
  close(): Promise<void>;
  audit(): Promise<void>;
  /** Makes the statements of days that have ended. */
  state(): Promise<void>;
  /** The metrics that had data. */
  metricNames(): readonly string[];
  /** Bytes of all requests to receivers: headers and bodies. */
  sentBytes(): number;
  /** Milliseconds until windows of recorded outcomes can be closed, and then until they can be audited. */
  readonly untilClosedMs: number;
  readonly untilAuditedMs: number;
  end(): Promise<void>;
}

export async function openService(options: {
  readonly dynamodb: DynamoDbUnderTest;
  readonly meter: Meter;
  /** Default: the real HTTP sender. A schedule of days needs a fake one. */
  readonly sender?: Sender;
  /** Records in one batch of the stream. Default: full batches. */
  readonly relayBatch?: number;
}): Promise<MeteredService> {
  const { dynamodb, meter, relayBatch = RELAY_BATCH } = options;
  // Without a stream: nobody reads it here, and the emulator's writes would slow down with every record.
  const stores = await dynamodb.open(systemClock, { isStreamed: false });
  for (const client of [stores.table.documents, stores.table.stamping]) meterClient(client, meter);
  // Just after the start of a window, so that everything recorded within seconds is in one window.
  const time = { nowMs: windowStart(Date.now(), WINDOW_SECONDS) + SECOND_MS };
  const clock = { now: () => time.nowMs };
  const lanes = openLanes(meter, clock);
  const inserted: Outcome[] = [];
  const counted: StreamedWrite[] = [];
  const watched = watchCounted(stores, { counted, nowMs: () => time.nowMs });
  const reporter = createMeteredReporter(meter);
  const httpSender: HttpSender = createHttpSender({
    policy: { allowLoopback: true, allowedPorts: [443] },
    now: systemClock.now,
  });

  const initiator = openInitiator({ tableName: stores.table.name, meter, clock });
  let sentBytes = 0;
  const sender: Sender = options.sender ?? {
    send(request) {
      sentBytes += Buffer.byteLength(JSON.stringify(request.headers)) + Buffer.byteLength(request.body);
      return httpSender.send(request);
    },
  };

  /** The ports of one function. Caches and health belong to each function. */
  const wire = () => ({
    ...stores,
    configs: createConfigCache(stores.merchants),
    health: createHealthMonitor({ health: stores.health, clock, reporter }),
    limiter: createRateLimiter({
      slots: stores.slots,
      clock,
      timer: { sleep: async () => undefined },
      random,
    }),
    clock,
    clockTrust: stores.table.clockCheck,
    timer: { sleep: async () => undefined },
    lead: LEAD_OF_ONE_CLOCK,
    random,
    reporter,
    callbackPolicy: { allowLoopback: true, allowedPorts: [443] },
    dispatcher: lanes.dispatcher,
    sender,
    // Leaves out KMS: a function opens each secret only once.
    seal: { seal: async (secret: string) => secret, open: async (sealed: string) => sealed },
    deadLetters: {
      add: ({ reason }: { readonly reason: string }) => Promise.reject(new Error(reason)),
    },
    feedLagSeconds: FEED_LAG_SECONDS,
    windowSeconds: WINDOW_SECONDS,
    auditAfterSeconds: AUDIT_AFTER_SECONDS,
    retentionDays: 90,
    checkHorizonSeconds: 86_400,
  });
  /** A new endpoint is in force after a wait. */
  const passing = {
    sleep: async (ms: number) => {
      time.nowMs += ms;
    },
  };
  const [recording, managing, relaying, delivering, sweeping, closing, auditing, stating] = [
    { ...wire(), outcomes: watchInserts(stores.outcomes, inserted) },
    { ...wire(), timer: passing },
    wire(),
    { ...wire(), notifications: watched.notifications },
    wire(),
    wire(),
    { ...wire(), expectations: watched.expectations },
    { ...wire(), files: meteredFiles(meter) },
  ];
  const recordApp = createApp(appPorts(recording), recordingRoutes(recording));
  const adminApp = createApp(appPorts(managing), [
    ...merchantRoutes(managing),
    ...endpointRoutes({ ...managing, healthStore: stores.health }),
    ...keyRoutes(managing),
  ]);
  const rootKey = `tk_root_${ROOT_SECRET}`;
  const initiatorKey = (await call(adminApp, rootKey, 'POST /v1/keys', { scope: 'initiator' })).key as string;
  const deadlineMs = Number.POSITIVE_INFINITY;
  /** As `functions/wiring/bookkeeping.ts` does. */
  const reportBehind = (
    event: 'closed' | 'audited' | 'stated',
    throughMs: readonly (number | undefined)[],
  ) => {
    const leastMs = Math.min(time.nowMs, ...throughMs.filter((ms) => ms !== undefined));
    reporter.report({ event, behindSeconds: Math.round((time.nowMs - leastMs) / SECOND_MS) });
  };

  return {
    table: stores,
    lanes,
    time,
    async openMerchant(merchantId, { url }) {
      await call(adminApp, rootKey, 'POST /v1/merchants', { merchantId, name: merchantId });
      await call(adminApp, rootKey, `POST /v1/merchants/${merchantId}/endpoints`, { url });
    },
    async record({ merchantId, transactionId }, content) {
      const request = `PUT /v1/merchants/${merchantId}/transactions/${transactionId}`;
      await meter.invoke('record', () => call(recordApp, initiatorKey, request, content));
    },
    async commit(key, content) {
      inserted.push(await meter.watch('record', () => initiator.commit(key, content)));
    },
    async relayAll() {
      while (inserted.length > 0) {
        const records = inserted.splice(0, relayBatch).map((outcome, index) => ({
          kind: 'outcome' as const,
          recordId: String(index),
          outcome,
          payload: '{}',
        }));
        await meter.invoke('relay', () => relay(relaying, records));
      }
    },
    async countAll() {
      while (counted.length > 0) {
        const batch = counted.splice(0, relayBatch === 1 ? COUNT_BATCH.alone : COUNT_BATCH.full);
        await meter.invoke('count', () => countWrites(stores, 'shard', batch));
      }
    },
    async deliverDue() {
      for (let batch = lanes.receive(DELIVER_BATCH); batch; batch = lanes.receive(DELIVER_BATCH)) {
        const { lane, bodies } = batch;
        const messages = bodies.map((body, index) => ({
          messageId: String(index),
          body,
          lane,
          receivedTimes: 1,
        }));
        await meter.invoke('deliver', () =>
          Promise.all(messages.map((message) => handleMessage(delivering, message))).finally(reporter.flush),
        );
        lanes.remove();
      }
    },
    sweep: () =>
      meter.invoke('sweep', async () => {
        await sweepAll(sweeping, deadlineMs);
        await runJobs(sweeping, deadlineMs);
      }),
    async close() {
      for (const partitions of SHARES) {
        await meter.invoke('close', async () => {
          const closed = await closePartitions(closing, { partitions, deadlineMs });
          reportBehind(
            'closed',
            closed.map(({ throughMs }) => throughMs),
          );
        });
      }
    },
    async audit() {
      for (const partitions of SHARES) {
        await meter.invoke('audit', async () => {
          reportBehind('audited', await auditPartitions(auditing, { partitions, deadlineMs }));
        });
      }
    },
    async state() {
      for (const partitions of SHARES) {
        await meter.invoke('statement', async () => {
          reportBehind('stated', await statePartitions(stating, { partitions, deadlineMs }));
        });
      }
    },
    metricNames: () => [...reporter.metricNames],
    sentBytes: () => sentBytes,
    untilClosedMs: (WINDOW_SECONDS + FEED_LAG_SECONDS) * SECOND_MS,
    untilAuditedMs: AUDIT_AFTER_SECONDS * SECOND_MS + MINUTE_MS,
    async end() {
      httpSender.close();
      initiator.end();
      await stores.close();
    },
  };
}

type Wired = Parameters<typeof createAnswerSigner>[0] &
  Omit<Parameters<typeof createAuthenticator>[0], 'rootKey'> & {
    readonly reporter: Reporter;
  };

function appPorts(ports: Wired) {
  return {
    configs: ports.configs,
    authenticate: createAuthenticator({ ...ports, rootKey: { value: async () => ROOT_SECRET } }),
    sign: createAnswerSigner(ports),
    clock: ports.clock,
    reporter: ports.reporter,
  };
}

async function call(
  app: ReturnType<typeof createApp>,
  key: string,
  request: string,
  body: object,
): Promise<Record<string, unknown>> {
  const [method = '', path = ''] = request.split(' ');
  const response = await app.request(path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) {
    throw new Error(`${request} was answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as Record<string, unknown>;
}
